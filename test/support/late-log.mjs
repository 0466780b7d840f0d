import { registerHooks } from "node:module";

/**
 * Loaded before a local cloud that is to be caught: its log of changes is written 40 ms after the change, by which time
 * whoever asked for it has been answered. A proof of what survives a crash must find that.
 */
const prompt = "queueMicrotask(() => process.nextTick(write))";

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context);
    if (!url.endsWith("/local/state/change-log.ts")) return loaded;
    const source = String(loaded.source);
    if (!source.includes(prompt)) throw new Error("the log of changes is written in another way than this one delays");
    return { ...loaded, source: source.replace(prompt, "setTimeout(write, 40)") };
  },
});
