// Derives a page's colours from the brand colour, for the light and the dark theme: text colours, backgrounds and tints. All text keeps a contrast
// ratio of at least 4.5. Pure functions.

type Rgb = readonly [number, number, number]

const CONTRAST_MIN = 4.5
const WHITE: Rgb = [255, 255, 255]
const BLACK: Rgb = [0, 0, 0]
/**
 * The least favourable backgrounds for text in the brand colour, from tokens.css: the darkest in the light theme and the lightest in the dark theme.
 */
const LIGHT_GROUND: Rgb = [238, 240, 244]
const DARK_GROUND: Rgb = [36, 42, 52]
const LIGHT: Rgb = [255, 255, 255]
const DARK: Rgb = [26, 30, 38]
/** The faintest text colours in tokens.css, for the light and the dark theme. Tinted backgrounds must keep text in these colours readable. */
const GREY: Rgb = [85, 94, 112]
const GREY_DARK: Rgb = [166, 175, 191]
const STEPS = 20

/** Returns CSS custom properties and their values. Returns null if `color` is not of the form `#rrggbb`. */
export function brandTokens(color: string): Readonly<Record<string, string>> | null {
  if (!/^#[\da-f]{6}$/i.test(color)) return null
  const brand: Rgb = [part(color, 1), part(color, 3), part(color, 5)]
  const ink = contrast(brand, WHITE) >= contrast(brand, BLACK) ? WHITE : BLACK
  const [soft, softDark] = [tint(LIGHT, brand, 0.1, GREY), tint(DARK, brand, 0.22, GREY_DARK)]
  const light = readable(brand, BLACK, [LIGHT_GROUND, soft])
  const dark = readable(brand, WHITE, [DARK_GROUND, softDark])
  return {
    '--brand': hex(brand),
    '--brand-ink': hex(ink),
    // On hover, mix in black or white, whichever differs from the text colour. This can only increase the contrast.
    '--brand-hover': hex(mix(brand, ink === WHITE ? BLACK : WHITE, 0.12)),
    '--accent': pair(light, dark),
    '--accent-ink': pair(inkOn(light), inkOn(dark)),
    '--accent-soft': pair(soft, softDark),
    '--mine': pair(tint(LIGHT, brand, 0.12, GREY), tint(DARK, brand, 0.24, GREY_DARK)),
  }
}

/** Shifts `color` towards `towards` just far enough for readable contrast on every background in `grounds`. */
function readable(color: Rgb, towards: Rgb, grounds: readonly Rgb[]): Rgb {
  for (let step = 0; step < STEPS; step++) {
    const next = mix(color, towards, step / STEPS)
    if (grounds.every((ground) => contrast(next, ground) >= CONTRAST_MIN)) return next
  }
  return towards
}

/** Mixes the brand colour into `ground`, up to `share`, but only as far as text in the colour `grey` stays readable on the result. */
function tint(ground: Rgb, brand: Rgb, share: number, grey: Rgb): Rgb {
  for (let step = STEPS; step > 0; step--) {
    const next = mix(ground, brand, (share * step) / STEPS)
    if (contrast(next, grey) >= CONTRAST_MIN) return next
  }
  return ground
}

const inkOn = (ground: Rgb) => (contrast(ground, WHITE) >= contrast(ground, BLACK) ? WHITE : BLACK)
const pair = (light: Rgb, dark: Rgb) => `light-dark(${hex(light)}, ${hex(dark)})`
const part = (color: string, at: number) => Number.parseInt(color.slice(at, at + 2), 16)
const hex = (color: Rgb) => `#${color.map((one) => one.toString(16).padStart(2, '0')).join('')}`

function mix(from: Rgb, to: Rgb, share: number): Rgb {
  const of = (a: number, b: number) => Math.round(a + (b - a) * share)
  return [of(from[0], to[0]), of(from[1], to[1]), of(from[2], to[2])]
}

function contrast(a: Rgb, b: Rgb): number {
  const [low, high] = [luminance(a), luminance(b)].toSorted((one, other) => one - other)
  return ((high ?? 0) + 0.05) / ((low ?? 0) + 0.05)
}

/** The relative luminance of a colour, as defined by WCAG 2. */
function luminance([red, green, blue]: Rgb): number {
  const of = (value: number) => (value <= 10 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4)
  return 0.2126 * of(red) + 0.7152 * of(green) + 0.0722 * of(blue)
}
