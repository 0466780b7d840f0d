import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { Header } from "tar";

/** Packs files into a gzipped tar archive, in the order given. */
export function pack(files: Readonly<Record<string, string | Buffer>>): Buffer {
  const blocks = Object.entries(files).flatMap(([path, content]) => {
    const bytes = Buffer.from(content);
    const header = new Header({ path, mode: 0o644, size: bytes.length, type: "File", mtime: new Date(0) });
    const block = Buffer.alloc(512);
    header.encode(block);
    return [block, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

/** The name under which an archive lies in the bucket. */
export function nameOf(packed: Buffer): string {
  return `seeds/${createHash("sha256").update(packed).digest("hex")}.tgz`;
}
