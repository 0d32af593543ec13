import type { ComponentChildren } from 'preact'

/** Says by how much a text is too long. A screen reader reads the sentence once, not each time the number changes. */
export function TooLong({ id, children }: { readonly id: string; readonly children: ComponentChildren }) {
  return <span class="problem-text" id={id} role="alert"><span aria-live="off">{children}</span></span>
}
