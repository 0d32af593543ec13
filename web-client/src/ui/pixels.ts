/** Styles for a page of another site: what counts in the size of its root would shrink or swell with it. */
export function inPixels(css: string): string {
  return css.replace(/(\d*\.?\d+)rem\b/g, (_whole, n: string) => `${Number(n) * 16}px`)
}
