// JSON as the provider wrote it: numbers beyond JavaScript's reach keep every digit.

type Reviver = (this: unknown, key: string, value: unknown, context?: { source?: string }) => unknown;

/** Decodes JSON; undefined when it is none. A number that would lose digits stays text. */
export function parseExact(text: string): unknown {
  const keep: Reviver = (_key, value, context) =>
    typeof value === "number" && context?.source !== undefined && Number.isInteger(value) && !Number.isSafeInteger(value)
      ? context.source
      : value;
  try {
    return JSON.parse(text, keep as (key: string, value: unknown) => unknown) as unknown;
  } catch {
    return undefined;
  }
}

const token = /"(?:\\.|[^"\\])*"|[{}[\],:]|[^\s{}[\],:"]+/g;

/** Indents valid JSON by two blanks without touching any value. */
export function indentJson(text: string): string {
  const tokens = text.match(token) ?? [];
  let out = "";
  let depth = 0;
  const line = () => `\n${"  ".repeat(depth)}`;
  for (let i = 0; i < tokens.length; i++) {
    const now = tokens[i] as string;
    if (now === "{" || now === "[") {
      const close = tokens[i + 1];
      if (close === "}" || close === "]") {
        out += now + close;
        i++;
      } else {
        depth++;
        out += now + line();
      }
    } else if (now === "}" || now === "]") {
      depth--;
      out += line() + now;
    } else if (now === ",") {
      out += now + line();
    } else {
      out += now === ":" ? ": " : now;
    }
  }
  return out;
}
