import { STATUS_CODES } from "node:http";
import type { HttpResponse } from "../http.ts";

/** An HTML error page in the form of Google's front end. */
export function page(status: number, text: string): HttpResponse {
  const title = `${status} ${STATUS_CODES[status] ?? "Error"}`;
  const html =
    '\n<html><head>\n<meta http-equiv="content-type" content="text/html;charset=utf-8">\n' +
    `<title>${title}</title>\n</head>\n<body text=#000000 bgcolor=#ffffff>\n` +
    `<h1>Error: ${STATUS_CODES[status] ?? "Error"}</h1>\n<h2>${text}</h2>\n<h2></h2>\n</body></html>\n`;
  return { status, headers: { "content-type": "text/html; charset=UTF-8" }, body: Buffer.from(html) };
}
