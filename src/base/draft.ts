/** The same while it is being made: its fields can be set. */
export type Draft<Shape> = { -readonly [Name in keyof Shape]: Shape[Name] };
