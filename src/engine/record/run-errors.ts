import { AitorError, type MessageKey } from "../../base/index.ts";

export function runMismatchError(id: string, recorded: string, asked: string): AitorError<"run-mismatch"> {
  return new AitorError({
    code: "run-mismatch",
    message: `run "${id}" is not one of "${asked}"`,
    expected: `"${recorded}", with which it was started`,
    got: `"${asked}"`,
    fix: "resume it with the definition that started it",
    data: { id, recorded, asked },
  });
}

export function runExistsError(id: string): AitorError<"run-exists"> {
  return new AitorError({
    code: "run-exists",
    message: `run "${id}" exists already`,
    expected: "an id that no run of this journal has",
    got: `"${id}"`,
    fix: "resume that run, or start one under another id; without an id it gets one of its own",
    data: { id },
  });
}

/** @param of Whose run it should be. */
export function runUnknownError(id: string, of?: MessageKey): AitorError<"run-unknown"> {
  const whose = of === undefined ? "" : ` of ${of.name} "${of.id}"`;
  return new AitorError({
    code: "run-unknown",
    message: `there is no run "${id}"${whose}`,
    expected: of === undefined ? "the id of a run in this journal" : `the id of a run${whose}, or of one below it`,
    got: `"${id}"`,
    fix:
      of === undefined
        ? "check the id and the journal, or start the run"
        : "take it from what that agent tells: pending(), events; AitorHost.answer and cancel reach the runs of all agents",
    data: { id },
  });
}

/** @param id Nothing where there is no run; then `state` says of whom. */
export function notUnderWayError(id: string | undefined, state: string): AitorError<"not-under-way"> {
  return new AitorError({
    code: "not-under-way",
    message: id === undefined ? "there is no run that takes something in now" : `run "${id}" takes nothing in now`,
    expected: "a run that has begun and has not ended",
    got: id === undefined ? state : `one that is ${state}`,
    fix: state === "queued" ? "wait until it has begun" : "send a new message, or start a new run",
    data: { id, state },
  });
}

export function engineClosedError(): AitorError<"engine-closed"> {
  return new AitorError({
    code: "engine-closed",
    message: "the engine is closed",
    expected: "an open engine",
    got: "a run on an engine that was disposed",
    fix: "dispose the engine after its runs, or resume the run on another engine",
  });
}

export function runTakenError(id: string): AitorError<"run-taken"> {
  return new AitorError({
    code: "run-taken",
    message: `run "${id}" is gone on with by another engine`,
    expected: "a run that nobody else has written to since it was read",
    got: "new events of it",
    fix: "leave it to that engine; two engines on one journal must not resume the same run",
    data: { id },
  });
}

export function definitionUnknownError(name: string, known: readonly string[]): AitorError<"definition-unknown"> {
  const names = known.map((each) => `"${each}"`).join(", ");
  return new AitorError({
    code: "definition-unknown",
    message: `the engine has no definition "${name}"`,
    expected: names === "" ? "a definition; this engine was given none" : `one of ${names}`,
    got: `"${name}"`,
    fix: "give it to the engine: new EmbeddedEngine({ journal, definitions: [ … ] }); an agent, to the host: host.open(…); to the command: export it beside the agent that sends",
    data: { name },
  });
}
