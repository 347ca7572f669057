import { describe } from "../../base/index.ts";
import { type DefinedTool, tool } from "../define-tool.ts";
import { jsonSchema } from "../schema/json-schema.ts";
import { wrongArguments } from "./wrong-arguments.ts";

interface Asked {
  readonly time_zone?: string;
}

interface Moment {
  /** In UTC: ISO 8601. */
  readonly utc: string;
  readonly time_zone: string;
  /** There: `2026-11-26 17:18:00`. */
  readonly local: string;
  readonly weekday: string;
}

/** Returns the time, by the clock of the call's context. */
export const currentTime: DefinedTool<"current_time", Asked, Asked, Moment> = tool({
  name: "current_time",
  description: "Tells the date, time and weekday, in a time zone such as Europe/Madrid, or in UTC.",
  category: "basics",
  access: "read",
  effect: "idempotent",
  input: jsonSchema<Asked>({
    type: "object",
    properties: { time_zone: { type: "string", maxLength: 100, description: "an IANA name; UTC if it is left out" } },
    additionalProperties: false,
  }),
  run: ({ time_zone = "UTC" }, _step, { clock }) => {
    const now = new Date(clock.now());
    const parts = formatOf(time_zone).formatToParts(now);
    const part = (type: Intl.DateTimeFormatPartTypes): string => parts.find((each) => each.type === type)?.value ?? "";
    const date = `${part("year")}-${part("month")}-${part("day")}`;
    const local = `${date} ${part("hour")}:${part("minute")}:${part("second")}`;
    return { utc: now.toISOString(), time_zone, local, weekday: part("weekday") };
  },
});

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const two = "2-digit";
  try {
    return new Intl.DateTimeFormat("en-GB", {
      timeZone,
      hourCycle: "h23",
      weekday: "long",
      year: "numeric",
      month: two,
      day: two,
      hour: two,
      minute: two,
      second: two,
    });
  } catch (error) {
    const expected = "an IANA name, such as Europe/Madrid, America/New_York or UTC";
    const fix = "use the name of a city in the zone";
    throw wrongArguments("there is no such time zone", expected, describe(timeZone), fix, error);
  }
}
