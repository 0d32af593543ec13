// The few icons of the widget. The full icon set would make the widget's first screen too large.

const PATHS = { close: 'M6 6l12 12M18 6L6 18', back: 'M15 5l-7 7 7 7', send: 'M12 19V5M5 12l7-7 7 7' } as const

export function WidgetIcon({ name }: { readonly name: keyof typeof PATHS }) {
  return <svg class={`glyph glyph-${name}`} viewBox="0 0 24 24" width="1.25rem" height="1.25rem" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d={PATHS[name]} /></svg>
}
