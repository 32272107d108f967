/** HTML that is safe to send: made by `html` alone. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Content = string | number | Html | Content[] | undefined;

/** A template that escapes every value, unless it is HTML itself. */
export function html(strings: TemplateStringsArray, ...contents: Content[]): Html {
  const rendered = contents.map(render);
  return new Html(strings.reduce((text, string, index) => text + string + (rendered[index] ?? ""), ""));
}

function render(content: Content): string {
  if (content === undefined) return "";
  if (Array.isArray(content)) return content.map(render).join("");
  return content instanceof Html ? content.text : escaped(String(content));
}

const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] as string);
}
