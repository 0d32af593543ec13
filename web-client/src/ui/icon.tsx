// The few signs that stand for words; the words are beside them or in their labels.

const PATHS = {
  settings: 'M4 6h9m4 0h3M4 12h3m4 0h9M4 18h11m4 0h1M15 4v4M9 10v4M17 16v4',
  close: 'M6 6l12 12M18 6L6 18',
  back: 'M15 5l-7 7 7 7',
  next: 'M9 5l7 7-7 7',
  unread: 'M20 11v7H4V6h9M4 6l8 7 3-2.6M19 6h.01',
  down: 'M12 5v14M6 13l6 6 6-6',
  more: 'M5 12h.01M12 12h.01M19 12h.01',
  panel: 'M4 5h16v14H4zM15 5v14',
} as const

export function Icon({ name }: { readonly name: keyof typeof PATHS }) {
  return (
    <svg class={`glyph glyph-${name}`} viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  )
}
