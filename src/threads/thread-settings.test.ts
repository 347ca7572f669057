import { describe, expect, test } from "vitest";
import { readEnvironment } from "../base/environment.ts";
import { failure, Gate, testPool } from "./pool.fixture.ts";
import { cpuQuota, megabytes, processors } from "./machine.ts";
import { defaultMemory, type ThreadOptions, threadSettings } from "./settings.ts";

/*
 * How many workers there are, how long they rest and what they may take: options, else the environment, else the machine.
 */

describe("without options", () => {
  test("there are as many workers as processors, and their memory fits the machine", () => {
    const { threads, idleMs, memory } = threadSettings();
    expect({ threads, idleMs }).toEqual({ threads: processors(), idleMs: 30_000 });
    expect(memory * threads).toBeLessThan(Math.max(megabytes(), 64 * threads + 1));
  });

  test.each([
    [16_384, 2, 2_048],
    [512, 2, 170],
    [65_536, 64, 1_008],
    [512, 64, 64],
  ])("of %i MB, each of %i workers may take %i MB", (machine, threads, memory) => {
    expect(defaultMemory(machine, threads)).toBe(memory);
  });
});

describe("options", () => {
  test("win over the defaults", () => {
    expect(threadSettings({ threads: 3, idle: "2m", memory: 100 })).toEqual({
      threads: 3,
      idleMs: 120_000,
      memory: 100,
    });
  });

  test.each([
    [{ threads: 0 }, "threads of a thread pool", "a whole number ≥ 1"],
    [{ threads: 1.5 }, "threads of a thread pool", "a whole number ≥ 1"],
    [{ threads: Infinity }, "threads of a thread pool", "a whole number ≥ 1"],
    [{ threads: "4" }, "threads of a thread pool", "a whole number ≥ 1"],
    [{ memory: 10 }, "memory of a thread pool", "a number of megabytes ≥ 64"],
    [{ memory: Number.NaN }, "memory of a thread pool", "a number of megabytes ≥ 64"],
    [{ idle: "soon" }, "idle of a thread pool", "a number of milliseconds"],
    [{ thread: 4 }, "an option of a thread pool", "threads, idle, memory"],
    [[], "an option of a thread pool", "an object, such as { threads, idle, memory }"],
    [7, "an option of a thread pool", "an object, such as { threads, idle, memory }"],
  ])("that cannot be used are refused: %j", (options, message, expected) => {
    const settings = (): unknown => threadSettings(options as ThreadOptions);
    expect(settings).toThrow(expect.objectContaining({ message: expect.stringContaining(message) }));
    expect(settings).toThrow(expect.objectContaining({ expected: expect.stringContaining(expected) }));
  });
});

describe("AITOR_THREADS", () => {
  const read = (AITOR_THREADS?: string): number | undefined => readEnvironment({ env: { AITOR_THREADS } }).threads;

  test("says how many workers there are; empty says nothing", () => {
    expect([read("1"), read("12"), read(""), read()]).toEqual([1, 12, undefined, undefined]);
  });

  test.each(["0", "-1", "1.5", "many", "4x", " 4", "1e3", "99999", "０"])(
    "is refused where it is no count: %j",
    (text) => {
      expect(() => read(text)).toThrow(
        expect.objectContaining({
          code: "invalid-option",
          message: expect.stringContaining("the environment variable AITOR_THREADS cannot be used"),
          expected: "a whole number from 1 to 9999",
          got: JSON.stringify(text),
          fix: "correct AITOR_THREADS, or unset it",
        }),
      );
    },
  );
});

describe("the CPU quota of cgroups", () => {
  const quota = (files: Record<string, string>): number => cpuQuota((path) => files[path]);

  test("is infinite where there is none", () => {
    expect(quota({})).toBe(Infinity);
    expect(quota({ "/proc/self/cgroup": "0::/app\n", "/sys/fs/cgroup/app/cpu.max": "max 100000\n" })).toBe(Infinity);
    expect(
      quota({
        "/proc/self/cgroup": "3:cpu:/app\n",
        "/sys/fs/cgroup/cpu/app/cpu.cfs_quota_us": "-1\n",
        "/sys/fs/cgroup/cpu/app/cpu.cfs_period_us": "100000\n",
      }),
    ).toBe(Infinity);
  });

  test("of version 2 is the smallest on the way up", () => {
    const files = {
      "/proc/self/cgroup": "0::/slice/app\n",
      "/sys/fs/cgroup/slice/app/cpu.max": "400000 100000\n",
      "/sys/fs/cgroup/slice/cpu.max": "150000 100000\n",
    };
    expect(quota(files)).toBe(1.5);
  });

  test("of version 1 is in the hierarchy that has the controller cpu", () => {
    const files = {
      "/proc/self/cgroup": "5:memory:/app\n4:cpu,cpuacct:/app\n2:cpuset:/\n0::/\n",
      "/sys/fs/cgroup/cpu,cpuacct/app/cpu.cfs_quota_us": "200000\n",
      "/sys/fs/cgroup/cpu,cpuacct/app/cpu.cfs_period_us": "100000\n",
      "/sys/fs/cgroup/memory/app/cpu.cfs_quota_us": "1\n",
      "/sys/fs/cgroup/memory/app/cpu.cfs_period_us": "1\n",
    };
    expect(quota(files)).toBe(2);
  });

  test("of a container whose own folder is mounted as the root is found there", () => {
    const files = {
      "/proc/self/cgroup": "4:cpu,cpuacct:/docker/0a1b\n",
      "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us": "50000\n",
      "/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us": "100000\n",
    };
    expect(quota(files)).toBe(0.5);
  });
});

describe("other options for a pool in use", () => {
  test("hold for the calls that wait and come; those that run stay where they are", async () => {
    await using pool = testPool({ threads: 1 });
    const gate = new Gate();
    const calls = Array.from({ length: 3 }, () => pool.do("hold", gate.numbers));
    await gate.arrived(1);
    expect(pool.waiting).toBe(2);
    pool.configure({ threads: 3 });
    await gate.arrived(3);
    gate.open();
    expect(new Set(await Promise.all(calls)).size).toBe(3);
  });

  test("that cannot be used are refused and change nothing", async () => {
    await using pool = testPool({ threads: 1 });
    expect(await pool.do("count")).toBe(1);
    expect(() => pool.configure({ threads: -1 })).toThrow(expect.objectContaining({ code: "invalid-option" }));
    expect(await pool.do("count")).toBe(2);
  });

  test("limit memory anew", async () => {
    await using pool = testPool({ threads: 1, memory: 1_000 });
    await pool.do("nothing");
    pool.configure({ threads: 1, memory: 100 });
    expect(await failure(pool.do("growHeap"))).toMatchObject({ data: { reason: "memory", memory: 100 } });
  });
});
