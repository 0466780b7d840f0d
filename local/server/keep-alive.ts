/**
 * How long an idle connection is kept, in milliseconds. As long as Google's front ends keep theirs: where the server
 * closes sooner than a client's pool does, a request now and then meets a connection that is just being closed.
 *
 * @see https://cloud.google.com/load-balancing/docs/https#timeout-keepalive-backends
 */
export const keepAliveMs = 610_000;
