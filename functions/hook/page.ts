import { createHash } from "node:crypto";
import type { Response } from "@google-cloud/functions-framework";
import { type Html, html } from "./html.ts";

const style = `
:root { color-scheme: light dark; --edge: #8886; --good: #12703f; --bad: #b3261e; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 36rem; padding: 1rem; font: 1rem/1.45 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; line-height: 1.25; margin: 0 0 .75rem; }
dl { display: grid; grid-template-columns: fit-content(36%) 1fr; gap: .35rem .8rem; margin: 0; }
dt { opacity: .7; } dd { margin: 0; }
ul { margin: 0; padding-left: 1.2rem; }
strong.bad { color: var(--bad); }
@media (prefers-color-scheme: dark) { strong.bad { color: #ff8a80; } }
details { margin-top: .75rem; font-size: .9rem; }
form { margin-top: 1rem; padding-top: 1rem; border-top: 1px solid var(--edge); }
label { display: block; font-size: .9rem; margin-bottom: .3rem; }
textarea, input[type=password] { width: 100%; font: inherit; padding: .5rem; border: 1px solid var(--edge); border-radius: .4rem; }
button { width: 100%; margin-top: .5rem; padding: .8rem; font: inherit; font-weight: 600; color: #fff; border: 0; border-radius: .4rem; }
button.good { background: var(--good); } button.bad { background: var(--bad); }
p.note { font-size: .9rem; opacity: .8; }
`;

const styleHash = createHash("sha256").update(style).digest("base64");

/** Nothing is loaded, nothing runs but the page's own script, nobody frames it, and its forms go nowhere else. */
function policyOf({ script }: Page): string {
  return [
    "default-src 'none'",
    `style-src 'sha256-${styleHash}'`,
    ...(script === undefined ? [] : [`script-src 'sha256-${createHash("sha256").update(script).digest("base64")}'`]),
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join("; ");
}

/** What a page is made of. */
export interface Page {
  readonly status: number;
  readonly title: string;
  readonly content: Html;
  /** Runs once the page is there. */
  readonly script?: string;
}

/** Answers a page that is kept nowhere, and whose address is told to nobody. */
export function sendPage(response: Response, given: Page): void {
  const { status, title, content, script } = given;
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${{ html: style }}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${content}
</main>
${script === undefined ? html`` : html`<script>${{ html: script }}</script>`}
</body>
</html>
`;
  response
    .status(status)
    .set({
      "content-security-policy": policyOf(given),
      "cache-control": "no-store",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
      "x-robots-tag": "noindex",
      "strict-transport-security": "max-age=31536000",
    })
    .type("text/html; charset=utf-8")
    .send(page.html);
}
