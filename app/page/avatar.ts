import { asMe } from "./api.ts";
import { type Chosen, dragged, squareOf } from "./crop.ts";
import { element } from "./elements.ts";
import { onSubmit, sentenceOf } from "./forms.ts";
import { during } from "./notices.ts";
import { showAvatar } from "./profile.ts";
import { newKey } from "./request.ts";
import { uploadOf } from "./upload.ts";

/** What the service takes at most, and what it shows at most. */
const largestBytes = 10 * 1024 * 1024;
const mostPixels = 1_024;

const input = element("avatar-file", HTMLInputElement);
const form = element("crop", HTMLFormElement);
const canvas = element("crop-canvas", HTMLCanvasElement);
const problem = element("avatar-problem", HTMLElement);
const progress = element("avatar-progress", HTMLElement);

let picture: ImageBitmap | undefined;

/** Starts what chooses a picture, cuts a square out of it and uploads that. */
export function startAvatar(): void {
  input.addEventListener("change", () => void choose(input.files?.[0]));
  form.addEventListener("input", draw);
  element("crop-cancel", HTMLButtonElement).addEventListener("click", close);
  canvas.addEventListener("pointerdown", ({ pointerId }) => canvas.setPointerCapture(pointerId));
  canvas.addEventListener("pointermove", (event) => {
    if (!picture || !canvas.hasPointerCapture(event.pointerId)) return;
    const by = { x: event.movementX / canvas.clientWidth, y: event.movementY / canvas.clientHeight };
    const { x, y } = dragged(picture, chosen(), by);
    slider("x").value = String(x);
    slider("y").value = String(y);
    draw();
  });
  onSubmit(form, async () => {
    if (picture) await upload(await cutOut(picture));
  });
}

async function choose(file: File | undefined): Promise<void> {
  problem.textContent = "";
  close();
  if (!file) return;
  picture = await createImageBitmap(file).catch(() => undefined);
  if (picture) {
    form.hidden = false;
    draw();
    slider("zoom").focus();
  } else if (file.size > largestBytes) {
    problem.textContent = "This file cannot be read as a picture here; choose another one.";
  } else {
    // What this browser cannot read the service may; or it says what to do instead.
    await upload(file);
  }
}

function close(): void {
  picture?.close();
  picture = undefined;
  form.reset();
  form.hidden = true;
}

function draw(): void {
  if (picture) paint(picture, canvas);
}

function paint(source: ImageBitmap, onto: HTMLCanvasElement): void {
  const { left, top, side } = squareOf(source, chosen());
  const context = onto.getContext("2d");
  context?.clearRect(0, 0, onto.width, onto.height);
  context?.drawImage(source, left, top, side, side, 0, 0, onto.width, onto.height);
}

/** As WebP; a browser that cannot make one makes a PNG. */
function cutOut(source: ImageBitmap): Promise<Blob> {
  const whole = document.createElement("canvas");
  whole.width = whole.height = Math.max(1, Math.min(mostPixels, Math.round(squareOf(source, chosen()).side)));
  paint(source, whole);
  return new Promise((resolve, reject) => {
    whole.toBlob(
      (blob) => (blob ? resolve(blob) : reject(new Error("The picture is empty."))),
      "image/webp",
      0.9,
    );
  });
}

async function upload(file: Blob): Promise<void> {
  const bar = progress.querySelector("progress");
  const onProgress = (share: number) => {
    // Once all is sent, the service decodes it: nobody knows for how long.
    if (bar && share < 1) bar.value = share;
    else bar?.removeAttribute("value");
  };
  const key = newKey();
  progress.hidden = false;
  try {
    const sent = asMe((token) => uploadOf("/api/v1/me/avatar", { file, token, key, onProgress }));
    const { avatarUrl } = (await during("Uploading…", sent, "Your picture is saved.")) as {
      avatarUrl: string;
    };
    showAvatar(avatarUrl);
    close();
    input.value = "";
    input.focus();
  } catch (error) {
    problem.textContent = sentenceOf(error);
  } finally {
    progress.hidden = true;
  }
}

const slider = (name: string) => form.elements.namedItem(name) as HTMLInputElement;

const chosen = (): Chosen => ({
  zoom: Number(slider("zoom").value),
  x: Number(slider("x").value),
  y: Number(slider("y").value),
});
