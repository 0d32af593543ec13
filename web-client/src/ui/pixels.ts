/** Converts `rem` to pixels, for use in a host page whose root font size must not matter. */
export function inPixels(css: string): string {
  return css.replace(/(\d*\.?\d+)rem\b/g, (_whole, n: string) => `${Number(n) * 16}px`)
}
