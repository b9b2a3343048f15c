"""Faults of layout that a machine can see: sideways scrolling, clipped words, words on top of each other."""

from playwright.sync_api import Page

_FAULTS = """
() => {
  const faults = [];
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) faults.push(`the page is ${root.scrollWidth} px wide in ${innerWidth} px`);

  const inSight = (element) => {
    const style = getComputedStyle(element);
    const box = element.getBoundingClientRect();
    return style.visibility === 'visible' && box.width > 2 && box.height > 2 && element.checkVisibility();
  };
  // What lies over the page by intent: the bar, open panels, hidden labels for screen readers.
  const apart = (element) => element.closest('#top-bar, [role=dialog], aside, nav, header[class*=toolbar]') !== null;

  const runs = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    const text = node.textContent.trim();
    if (!text || !parent || !inSight(parent) || apart(parent)) continue;
    const clip = getComputedStyle(parent);
    if (/hidden|clip/.test(clip.overflowX) && parent.scrollWidth > parent.clientWidth + 1) {
      faults.push(`clipped: "${text.slice(0, 60)}"`);
    }
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const box of range.getClientRects()) {
      // Words for screen readers alone lie outside.
      if (box.width < 2 || box.height < 2 || box.right < 0) continue;
      if (box.right > innerWidth + 1 || box.left < -1) faults.push(`out of sight: "${text.slice(0, 60)}"`);
      runs.push({ box, text, parent });
    }
  }
  const SLACK = 3;
  for (let i = 0; i < runs.length; i++) {
    for (let j = i + 1; j < runs.length; j++) {
      const [one, other] = [runs[i], runs[j]];
      if (one.parent.contains(other.parent) || other.parent.contains(one.parent)) continue;
      const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left);
      const down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
      if (across > SLACK && down > SLACK) {
        faults.push(`overlap: "${one.text.slice(0, 40)}" and "${other.text.slice(0, 40)}"`);
      }
    }
  }
  return [...new Set(faults)].slice(0, 10);
}
"""


def layout_faults(page: Page) -> list[str]:
    """What is wrong with how the page in sight is laid out; at most ten faults."""
    faults: list[str] = page.evaluate(_FAULTS)
    return faults
