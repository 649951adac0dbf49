// Small drawings, always next to words.

const SVG = "http://www.w3.org/2000/svg";
const PATHS = {
  text: "M6 2.5 4.5 13.5M11.5 2.5 10 13.5M2.5 5.5h11.5M2 10.5h11.5",
  voice: "M2.5 6v4h2.5l3.5 3V3L5 6zM11 5.5a3.5 3.5 0 0 1 0 5M12.8 3.5a6.4 6.4 0 0 1 0 9",
  stage: "M8 9.5V14M5 14h6M5.5 2.5h5v4a2.5 2.5 0 0 1-5 0zM3 7a5 4.5 0 0 0 10 0",
  announcement: "M2.5 6.5v3h2.5l7 3.5v-10L5 6.5zM5.5 9.5 6.5 13.5",
  forum: "M2.5 3h8v5.5h-4L4 10.5v-2H2.5zM8 11h3l2.2 2v-2h.3V6",
  category: "M4 6l4 4 4-4",
  lock: "M4 7.5h8v6H4zM5.8 7.5V5.2a2.2 2.2 0 0 1 4.4 0v2.3",
  readonly: "M1.5 8s2.4-4.2 6.5-4.2S14.5 8 14.5 8s-2.4 4.2-6.5 4.2S1.5 8 1.5 8zM8 6.3a1.7 1.7 0 1 0 .01 0",
};
PATHS.media = PATHS.forum;

export function icon(name) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 16 16");
  drawing.setAttribute("class", "icon");
  drawing.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name] ?? PATHS.text);
  drawing.append(path);
  return drawing;
}
