import type { ComponentChildren } from 'preact'

/** The meaning of the colour. The tag's text must say the same, for people who cannot see the colour. */
export type Tone = 'neutral' | 'good' | 'warn' | 'bad' | 'accent'

export function Tag({ tone = 'neutral', testid, children }: { readonly tone?: Tone; readonly testid?: string; readonly children: ComponentChildren }) {
  return <span class={`tag tag-${tone}`} data-testid={testid}>{children}</span>
}
