"use strict";

/**
 * Says what the page is of, and what of that it does not have.
 *
 * @param get  Gives an element by its id.
 */
function describe(capture, get) {
  document.title = `${visible(capture.title)} – ipcdump report`;
  get("title").textContent = visible(capture.title);
  const bytes = capture.flows.reduce((sum, flow) => sum + flow.bytes, 0);
  get("facts-line").textContent = capture.size
    ? [
      `${dateText(capture)} ${clockText(capture, capture.begin).slice(0, 8)}`, spanText(capture.end - capture.begin),
      plural(capture.size, "event"), ...(capture.calls.size ? [plural(capture.calls.size, "call")] : []), bytesText(bytes), capture.program,
    ].join(" · ")
    : `No events · ${capture.program}`;
  const notices = capture.warning ? [`${visible(capture.warning)}.`] : [];
  const lost = capture.losses.reduce((sum, loss) => sum + loss[1], 0);
  if (lost) notices.push(`${plural(lost, "record")} lost while tracing, where the timeline has dashed lines.`);
  if (capture.omitted.events) notices.push(`${plural(capture.omitted.events, "later event")} left out: a page holds ${number(capture.size)}.`);
  if (capture.omitted.calls) notices.push(`${plural(capture.omitted.calls, "later call")} only in the table of methods: a page holds ${number(capture.calls.size)}.`);
  if (capture.omitted.contents) notices.push(`Contents of ${plural(capture.omitted.contents, "event")} left out.`);
  get("notice").hidden = !notices.length;
  get("notice").textContent = notices.join(" ");
}
