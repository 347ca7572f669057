/** A text in lines of so many characters; where one goes on, it stands under the words of its item. */
export function wrapped(text: string, width: number): string {
  return text
    .split("\n")
    .flatMap((line) => wrappedLine(line, Math.max(20, width)))
    .join("\n");
}

function wrappedLine(line: string, width: number): string[] {
  const [mark = ""] = /^\s*(?:[-*] )?/.exec(line) ?? [];
  const [first = "", ...words] = line.slice(mark.length).split(" ");
  const lines: string[] = [];
  let last = mark + first;
  for (const word of words) {
    if (last.length + 1 + word.length > width) {
      lines.push(last);
      last = " ".repeat(mark.length) + word;
    } else last += ` ${word}`;
  }
  return [...lines, last];
}
