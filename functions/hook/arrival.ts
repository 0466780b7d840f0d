import { html } from "./html.ts";
import type { Page } from "./page.ts";

/** Sends what the address has behind its `#` in the body of a request, where no log has it. */
const script = `
const token = location.hash.slice(1);
const form = document.forms[0];
if (token) { form.token.value = token; form.submit(); }
`;

/**
 * The page at which every approval link arrives. What makes a link a key is behind the `#` of its address, which no
 * browser sends: Cloud Run logs the addresses of requests, and whoever reads logs must not be able to decide. Software
 * that follows links in mails gets this page and nothing else.
 *
 * @see https://www.rfc-editor.org/rfc/rfc3986#section-3.5
 */
export const arrivalPage: Page = {
  status: 200,
  title: "Approval",
  script,
  content: html`<p>Paste the whole link, if nothing else is shown: this page needs JavaScript to read it by itself.</p>
<form method="post" autocomplete="off">
<label for="token">Link</label>
<input id="token" name="token" type="password" required>
<button class="good">Show what is asked</button>
</form>
<p class="note">Looking decides nothing.</p>`,
};
