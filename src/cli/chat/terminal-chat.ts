import { typedArgument } from "../../base/index.ts";
import { backgroundClock } from "../terminal/background-clock.ts";
import { COMMAND_NAMES, runChatCommand } from "./chat-commands.ts";
import { ChatInput } from "./chat-input.ts";
import type { ChatPlace } from "./chat-place.ts";
import type { ChatQuestion } from "./chat-question.ts";
import { ChatScreen } from "./chat-screen.ts";
import { ChatSession } from "./chat-session.ts";
import type { CommandOutput } from "../terminal/command-output.ts";
import { InterruptedError } from "../terminal/errors.ts";
import { hostedAgent } from "../watch/hosted-agent.ts";
import type { Interruption } from "../terminal/interruption.ts";
import { countText } from "../text/moment-text.ts";
import type { Terminal } from "../terminal/terminal.ts";

/** A conversation in a terminal, until somebody leaves it. */
export async function talk(
  chat: ChatPlace,
  terminal: Terminal,
  output: CommandOutput,
  interruption: Interruption,
): Promise<void> {
  const { plans, place } = chat;
  using screen = new ChatScreen(terminal, backgroundClock, output.style, { plans, option: place.option });
  const showDirectly = output.showThrough((text) => screen.above(text));
  try {
    await new TerminalChat(chat, screen).untilLeft(interruption);
  } finally {
    showDirectly();
  }
}

class TerminalChat {
  readonly #chat: ChatPlace;
  readonly #screen: ChatScreen;
  readonly #over = Promise.withResolvers<void>();
  readonly #input: ChatInput;
  #session: ChatSession;
  #id: string;
  readonly #begun = Promise.withResolvers<void>();
  /** What is typed is dealt with in order: behind what goes on by itself, also where it was typed before that was known. */
  #typed: Promise<void> = this.#begun.promise;
  /** What was being typed when a question came. */
  #aside = "";
  /** What is asked is being answered here. */
  #isAnswering = false;

  constructor(chat: ChatPlace, screen: ChatScreen) {
    this.#chat = chat;
    this.#screen = screen;
    this.#id = chat.id;
    this.#session = new ChatSession(chat, screen);
    this.#input = new ChatInput(process.stdin, {
      line: (text) => this.#entered(text),
      changed: () => screen.changed(),
      interrupted: () => this.#interrupted(),
      ended: () => this.#over.resolve(),
      complete: (line) => (line.startsWith("/") ? COMMAND_NAMES.filter((name) => name.startsWith(line)) : []),
    });
  }

  async untilLeft({ signal }: Interruption): Promise<void> {
    using _input = this.#input;
    const { agent, runs, host } = this.#chat;
    const interrupted = (): void => this.#over.reject(signal.reason);
    signal.addEventListener("abort", interrupted, { once: true });
    if (signal.aborted) interrupted();
    this.#screen.note(this.#greeting((await agent.getMemoryStats()).messages), "dim");
    this.#screen.show(
      this.#input,
      () => this.#session,
      (isAsking, wasAsking) => this.#setAside(isAsking, wasAsking),
    );
    this.#session.attach(runs);
    this.#begun.resolve();
    try {
      await this.#over.promise;
    } finally {
      signal.removeEventListener("abort", interrupted);
      const isUnderWay = this.#session.busy;
      this.#session.leave();
      await host.shutdown({ deadline: 0 });
      if (isUnderWay)
        this.#screen.note(`what is under way goes on when somebody comes back: ${this.#commandLine()}`, "dim");
    }
  }

  #greeting(messages: number): string {
    const past = messages === 0 ? "a new conversation" : `${countText(messages, "message")} so far`;
    return `${this.#chat.name} ${this.#id}, ${past}; /help says what can be done, Ctrl-D leaves`;
  }

  #entered(text: string): void {
    const asked = this.#session.questions.current;
    this.#typed = this.#typed.then(() => this.#take(text, asked)).catch((error: unknown) => this.#screen.failed(error));
  }

  /** @param asked What was asked when it was entered: it is an answer to that, and to nothing else. */
  async #take(text: string, asked: ChatQuestion | undefined): Promise<void> {
    const session = this.#session;
    const { questions } = session;
    const place = {
      view: this.#screen,
      session,
      fork: (id: string | undefined) => this.#fork(id),
      quit: () => this.#over.resolve(),
    };
    if (text.startsWith("/") && !text.startsWith("//")) {
      for (const line of text.split("\n")) if (line.trim() !== "") await runChatCommand(line, place);
      return;
    }
    const plain = text.startsWith("//") ? text.slice(1) : text;
    if (asked === undefined) {
      if (plain.trim() !== "") await session.say(plain);
      this.#screen.changed();
      return;
    }
    if (asked !== questions.current) {
      this.#screen.note("that was typed for what is not asked any more, and is no answer to anything else", "yellow");
      return;
    }
    this.#isAnswering = true;
    const { said, isOver } = await questions.take(plain).finally(() => (this.#isAnswering = false));
    if (said !== undefined) this.#screen.note(isOver ? `  ${said}` : said, isOver ? "dim" : "yellow");
    const { prefill } = questions.current ?? {};
    if (prefill !== undefined) this.#input.fill(prefill);
    this.#screen.changed();
  }

  /**
   * What was being typed is no answer to a question that comes meanwhile; and what was being typed, or to be changed, of an answer is
   * none to the next one, and no message, where what was asked is not asked any more.
   */
  #setAside(isAsking: boolean, wasAsking: boolean): void {
    if (wasAsking && !this.#isAnswering) this.#input.clear();
    if (!wasAsking) {
      this.#aside = this.#input.text;
      this.#input.clear();
    } else if (!isAsking && this.#aside !== "") {
      this.#input.fill(this.#aside);
      this.#aside = "";
    }
  }

  #interrupted(): void {
    const session = this.#session;
    if (!session.busy) return this.#input.clear() ? this.#screen.changed() : this.#over.resolve();
    if (session.cancelling) return this.#over.reject(new InterruptedError("SIGINT"));
    session.cancel("it was stopped in the terminal").catch((error: unknown) => this.#screen.failed(error));
    this.#screen.changed();
  }

  async #fork(given: string | undefined): Promise<string> {
    const { host, definition } = this.#chat;
    const back = this.#commandLine();
    const id = given ?? `${this.#id}-${crypto.randomUUID().slice(0, 4)}`;
    await this.#session.agent.fork(id);
    this.#id = id;
    this.#session = new ChatSession({ ...this.#chat, agent: hostedAgent(host, { definition }, id) }, this.#screen);
    return `this goes on as "${id}", with the same memory; back to the one before: ${back}`;
  }

  #commandLine(): string {
    const { target, place } = this.#chat;
    const id = this.#id === "default" ? "" : ` --id ${typedArgument(this.#id)}`;
    return `aitor chat ${typedArgument(target)}${id}${place.option}`;
  }
}
