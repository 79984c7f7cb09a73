"use strict";

/**
 * Calls `move(start, x, y, isOver)` while a pointer that was put down where it is wanted is dragged over an element.
 * `start` has the place, and keeps what `move` puts into it; all places are relative to the element.
 */
function drag(target, move, isWanted = () => true) {
  target.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !isWanted(event)) return;
    const box = target.getBoundingClientRect();
    const start = { x: event.clientX - box.left, y: event.clientY - box.top };
    // The scroll bar is the browser's.
    if (start.x > target.clientWidth) return;
    target.setPointerCapture(event.pointerId);
    const onMove = (event) => move(start, event.clientX - box.left, event.clientY - box.top, event.type === "pointerup");
    target.addEventListener("pointermove", onMove);
    target.addEventListener("pointerup", onMove);
    target.addEventListener("lostpointercapture", () => {
      target.removeEventListener("pointermove", onMove);
      target.removeEventListener("pointerup", onMove);
    }, { once: true });
  });
}
