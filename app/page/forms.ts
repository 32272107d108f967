import { Refusal } from "./insist.ts";

type Field = HTMLInputElement | HTMLTextAreaElement;

/** What a form was filled in with. */
export type Values = (name: string) => string;

/** Does this when the form is sent, one at a time, and shows in the form why it was refused. */
export function onSubmit(form: HTMLFormElement, work: (values: Values) => Promise<void>): void {
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    // A disabled form would lose the focus.
    if (form.ariaBusy === "true") return;
    clear(form);
    form.ariaBusy = "true";
    const data = new FormData(form);
    try {
      await work((name) => String(data.get(name) ?? ""));
    } catch (error) {
      showProblem(form, error);
    } finally {
      form.ariaBusy = null;
    }
  });
}

/** Does this when the button is pressed, one at a time. @param problem Where it says why it was refused. */
export function onPress(button: HTMLButtonElement, problem: HTMLElement, work: () => Promise<void>): void {
  button.addEventListener("click", async () => {
    if (button.ariaDisabled === "true") return;
    problem.textContent = "";
    button.ariaDisabled = "true";
    try {
      await work();
    } catch (error) {
      problem.textContent = sentenceOf(error);
    } finally {
      button.ariaDisabled = null;
    }
  });
}

/** @throws What is no refusal: that is a mistake here, and belongs in the console. */
export function sentenceOf(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  throw error;
}

/** Says why in the form, and goes to the field that it is about. */
export function showProblem(form: HTMLFormElement, error: unknown): void {
  const sentence = sentenceOf(error);
  const { problem, causes } = error as Refusal;
  const field = fieldsOf(form).find(
    ({ name, dataset }) => dataset.problem === problem || causes.some(({ at }) => at === `/${name}`),
  );
  // What a schema says is for programs: the field may know better.
  const why =
    causes.length > 0 ? (field?.dataset.refused ?? causes.map(({ detail }) => detail).join("; ")) : "";
  const place = form.querySelector(".problem");
  if (place) place.textContent = why || sentence;
  if (!field) return;
  field.ariaInvalid = "true";
  field.focus();
}

function clear(form: HTMLFormElement): void {
  const place = form.querySelector(".problem");
  if (place) place.textContent = "";
  for (const field of fieldsOf(form)) field.ariaInvalid = null;
}

function fieldsOf(form: HTMLFormElement): Field[] {
  return [...form.elements].filter(
    (each) => each instanceof HTMLInputElement || each instanceof HTMLTextAreaElement,
  );
}
