import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 200;
const OLDEST_LOCK_MS = 20 * 60_000;

/** Runs `work` while no other process runs it in this folder; a lock whose holder died is taken over. */
export async function withLock(root, work) {
  const path = join(root, ".setup.lock");
  let announced = false;
  while (!acquire(path)) {
    if (takeOver(path)) continue;
    if (!announced) console.error("setup: another set-up is running in this folder, waiting for it");
    announced = true;
    await delay(POLL_MS);
  }
  const release = () => rmSync(path, { force: true });
  const stop = (signal) => {
    release();
    process.kill(process.pid, signal);
  };
  process.once("exit", release);
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
    release();
  }
}

function acquire(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

function takeOver(path) {
  try {
    const age = Date.now() - statSync(path).mtimeMs;
    const holder = Number(readFileSync(path, "utf8"));
    // An empty file is one that its holder is about to write.
    if (age < OLDEST_LOCK_MS && (holder === 0 ? age < 5000 : isAlive(holder))) return false;
    // Renamed, not removed: of several that saw the same dead holder, one takes it away.
    const taken = `${path}.${process.pid}`;
    renameSync(path, taken);
    rmSync(taken, { force: true });
    return true;
  } catch (error) {
    if (error.code === "ENOENT") return true;
    throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
