import type { ComponentChildren } from 'preact'

/** By how much a text is too long: read out when it becomes so, not with each key that changes the number. */
export function TooLong({ id, children }: { readonly id: string; readonly children: ComponentChildren }) {
  return <span class="problem-text" id={id} role="alert"><span aria-live="off">{children}</span></span>
}
