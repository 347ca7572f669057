import { readFileSync } from "node:fs";
import { availableParallelism, totalmem } from "node:os";
import { posix } from "node:path";

/** How many processors the process may use: 1 or more. */
export function processors(): number {
  return Math.max(1, Math.min(availableParallelism(), Math.floor(cpuQuota(readText))));
}

/** Megabytes of memory that the process may use. */
export function megabytes(): number {
  const limit = process.constrainedMemory();
  return Math.floor(Math.min(totalmem(), limit > 0 ? limit : Infinity) / 2 ** 20);
}

/** The text of a file, or `undefined` where it cannot be read. */
type Read = (path: string) => string | undefined;

/**
 * The processors that the cgroups of this process grant it, such as 1.5; `Infinity` where they set no quota. Node's
 * `availableParallelism` knows processors and affinity, and by libuv 1.52 the quotas of cgroups v2, and of v1 only where
 * `cpu` and `cpuacct` are one hierarchy. A quota binds all groups below, so the smallest on the way up counts; the folders of
 * outer groups, which a container does not see, are left out.
 */
export function cpuQuota(read: Read): number {
  let quota = Infinity;
  for (const line of read("/proc/self/cgroup")?.split("\n") ?? []) {
    // hierarchy:controllers:path; version 2 has no controllers.
    const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
    if (controllers === undefined || path === undefined) continue;
    if (controllers !== "" && !controllers.split(",").includes("cpu")) continue;
    for (let group = path; ; group = posix.dirname(group)) {
      const folder = posix.join("/sys/fs/cgroup", controllers, group);
      quota = Math.min(
        quota,
        quotaOf((file) => read(posix.join(folder, file))),
      );
      if (group === "/") break;
    }
  }
  return quota;
}

/** Version 2 has both figures in one file, version 1 in two. Microseconds, in each period; `max` or -1 for no quota. */
function quotaOf(read: Read): number {
  const both = read("cpu.max")?.trim().split(" ");
  const [quota, period] = both ?? [read("cpu.cfs_quota_us"), read("cpu.cfs_period_us")];
  const share = Number(quota) / Number(period);
  return share > 0 ? share : Infinity;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
