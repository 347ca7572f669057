// What is logged is a matter of the process
// - nothing until it is configured; then records of the level and above go to the one sink
// - a second configuration replaces the first, and of two at the same time the later one counts
// - a sink that throws or rejects harms nothing
// - who configures LogTape gets our records under ["aitor", …]
// - an option for colours wins over the environment
// - a wrong option is an error that says what there is
import { configure, type LogRecord as LogtapeRecord, reset } from "@logtape/logtape";
import { afterEach, expect, test, vi } from "vitest";
import type { LogRecord } from "./log-record.ts";
import { activeLog, configureLogging } from "./logging.ts";

afterEach(() => configureLogging({ level: "off" }));

function tell(): void {
  for (const level of ["debug", "info", "warning", "error"] as const) {
    activeLog()?.write(level, "run", 5, `it is ${level}`, { run: "r" });
  }
}

function collector(): { records: LogRecord[]; sink: (record: LogRecord) => void; texts: () => string[] } {
  const records: LogRecord[] = [];
  return {
    records,
    sink: (record) => void records.push(record),
    texts: () => records.map(({ rawMessage }) => rawMessage),
  };
}

test("nothing is there to be told until it is configured", async () => {
  expect(activeLog()).toBeUndefined();
  await configureLogging({ sink: () => {} });
  expect(activeLog()).toBeDefined();
  await configureLogging({ level: "off" });
  expect(activeLog()).toBeUndefined();
});

test.each([
  ["debug", ["it is debug", "it is info", "it is warning", "it is error"]],
  [undefined, ["it is info", "it is warning", "it is error"]],
  ["warning", ["it is warning", "it is error"]],
  ["error", ["it is error"]],
] as const)("level %s", async (level, told) => {
  const { sink, texts } = collector();
  await configureLogging({ ...(level && { level }), sink });
  tell();
  expect(texts()).toEqual(told);
});

test("a record has the shape of LogTape's", async () => {
  const { sink, records } = collector();
  await configureLogging({ level: "error", sink });
  tell();
  const [record] = records satisfies readonly LogtapeRecord[];
  expect(record).toEqual({
    category: ["aitor", "run"],
    level: "error",
    message: ["it is error"],
    rawMessage: "it is error",
    timestamp: 5,
    properties: { run: "r" },
  });
});

test("of two configurations at the same time the later one counts", async () => {
  const first = collector();
  const second = collector();
  await Promise.all([
    configureLogging({ format: "json" }),
    configureLogging({ sink: first.sink }),
    configureLogging({ sink: second.sink }),
  ]);
  tell();
  expect([first.records.length, second.records.length]).toEqual([0, 3]);
});

test.each([
  ["a misspelt option", { levl: "debug" }, "levl"],
  ["a text", "debug", "debug"],
  ["null", null, "null"],
])("%s is refused, and changes nothing", async (_, wrong, got) => {
  const { records, sink } = collector();
  await configureLogging({ sink });
  await expect(configureLogging(wrong as never)).rejects.toMatchObject({
    code: "invalid-option",
    expected: expect.stringContaining("level, format, color, sink") as string,
    got: expect.stringContaining(got) as string,
  });
  tell();
  expect(records).toHaveLength(3);
});

test.each([
  [
    "throws",
    () => {
      throw new Error("disk full");
    },
  ],
  [
    "rejects",
    async () => {
      throw new Error("disk full");
    },
  ],
])("a sink that %s harms nothing, and is told of once", async (_, sink) => {
  const told = vi.spyOn(console, "error").mockReturnValue();
  try {
    await configureLogging({ sink });
    tell();
    await undefined;
    expect(told.mock.calls).toEqual([
      ["aitor: the sink given to configureLogging failed, and its records are lost: disk full"],
    ]);
  } finally {
    told.mockRestore();
  }
});

test("colours are as the option says, whatever the environment", async () => {
  const told = vi.spyOn(console, "error").mockReturnValue();
  try {
    for (const color of [true, false]) {
      await configureLogging({ level: "error", color });
      tell();
    }
    expect(told.mock.calls.map(([text]) => String(text).includes("\x1b["))).toEqual([true, false]);
  } finally {
    told.mockRestore();
  }
});

test("who configures LogTape gets our records", async () => {
  const records: LogtapeRecord[] = [];
  const loggers = [
    { category: "aitor", lowestLevel: "debug" as const, sinks: ["mine"] },
    { category: ["logtape", "meta"], lowestLevel: "error" as const, sinks: [] },
  ];
  await configure({ sinks: { mine: (record) => void records.push(record) }, loggers });
  try {
    await configureLogging({ sink: "logtape" });
    tell();
  } finally {
    await reset();
  }
  expect(records.map(({ category, level, timestamp }) => [category.join("."), level, timestamp])).toEqual(
    ["debug", "info", "warning", "error"].map((level) => ["aitor.run", level, 5]),
  );
});

test.each([
  [{ level: "loud" }, "level", '"debug", "info", "warning", "error" or "off"'],
  [{ color: "red" }, "color", "true or false"],
  [{ format: "xml" }, "format", '"pretty" or "json"'],
  [{ sink: "stdout" }, "sink", 'a function, or "logtape"'],
])("%j is refused", async (options, option, expected) => {
  await expect(configureLogging(options as never)).rejects.toMatchObject({
    code: "invalid-option",
    message: expect.stringContaining(`${option} of configureLogging`),
    expected,
  });
});
