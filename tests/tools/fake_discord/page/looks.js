// Evaluated in the page by the room `looks`.

function visibleElements() {
  return [...document.body.querySelectorAll("*")].filter((each) => {
    const box = each.getBoundingClientRect();
    return each.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && box.width > 1 && box.height > 1;
  });
}

function nameOf(element) {
  return `${element.tagName.toLowerCase()}#${element.id}.${element.className} ${element.textContent.trim().slice(0, 40)}`;
}

function faultsOfLayout() {
  const faults = [];
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth > wide) faults.push(`the page is ${document.documentElement.scrollWidth} wide, not ${wide}`);
  for (const each of visibleElements()) {
    const scrolls = each.closest(".scroll, pre, select, input, textarea");
    const { left, right } = each.getBoundingClientRect();
    if (!scrolls && (left < -1 || right > wide + 1)) faults.push(`sticks out: ${nameOf(each)}`);
    const inside = getComputedStyle(each).display !== "inline" && each.clientWidth > 0;
    if (!scrolls && inside && each.scrollWidth > each.clientWidth + 1) faults.push(`is cut off or overflows: ${nameOf(each)}`);
  }
  return faults;
}

function color(text) {
  const [red, green, blue, alpha = 1] = text.match(/[\d.]+/g).map(Number);
  return { rgb: [red, green, blue], alpha };
}

function over(top, ground) {
  return { rgb: top.rgb.map((each, index) => each * top.alpha + ground.rgb[index] * (1 - top.alpha)), alpha: 1 };
}

function groundOf(element) {
  const layers = [];
  for (let each = element; each; each = each.parentElement) layers.push(color(getComputedStyle(each).backgroundColor));
  const canvas = color(getComputedStyle(document.documentElement).backgroundColor);
  return layers.reverse().reduce((ground, layer) => over(layer, ground), canvas);
}

function luminance({ rgb }) {
  const [red, green, blue] = rgb.map((each) => each / 255).map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function textsBelow(least) {
  const faults = [];
  for (const each of visibleElements()) {
    const hasText = [...each.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!hasText || each.closest(".spoken, option, :disabled")) continue;
    const ground = groundOf(each);
    const ink = luminance(over(color(getComputedStyle(each).color), ground));
    const paper = luminance(ground);
    const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
    if (ratio < least) faults.push([ratio.toFixed(2), nameOf(each)]);
  }
  return faults;
}
