import { ApiError } from "../error.ts";

/**
 * The answer that nobody gets: the connection is closed instead. Callers inside this process see UNAVAILABLE; the
 * layers that hold a socket destroy it.
 */
export class ConnectionLost extends ApiError {
  constructor() {
    super({ code: "UNAVAILABLE", message: "The connection was closed before there was an answer." });
    this.name = "ConnectionLost";
  }
}
