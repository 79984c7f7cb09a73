"use strict";

/** Makes a canvas as large as its place, sharp on every screen, and gives an empty pen. */
function fit(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
  if (canvas.width !== wide || canvas.height !== high) [canvas.width, canvas.height] = [wide, high];
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return pen;
}

const colors = new Map();

/** Value of a colour of the style sheet in the theme that is shown. */
function color(name) {
  if (!colors.has(name)) {
    const probe = element("span");
    probe.style.color = `var(${name})`;
    document.body.append(probe);
    colors.set(name, getComputedStyle(probe).color);
    probe.remove();
  }
  return colors.get(name);
}

/** A text that is not wider than so many pixels. */
function clip(pen, text, width) {
  if (pen.measureText(text).width <= width) return text;
  let end = text.length;
  while (end > 1 && pen.measureText(`${text.slice(0, end)}…`).width > width) end--;
  return `${text.slice(0, end)}…`;
}

/** A time since the first event. */
function tickText(time, step) {
  return Math.abs(time) < step / 2 ? "0" : `${time < 0 ? "−" : "+"}${spanText(Math.abs(time), step)}`;
}

/** A step of 1, 2 or 5 times a power of ten that is not smaller than the one given. */
function niceStep(step) {
  const power = 10 ** Math.floor(Math.log10(Math.max(step, 1)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((nice) => nice >= step);
}
