/**
 * Whether the key press belongs to an input method that is composing text (for example Chinese, Japanese or Korean). For the final Enter,
 * Safari reports this only by the key code 229.
 */
export function isComposing(event: { readonly isComposing: boolean; readonly keyCode: number }): boolean {
  return event.isComposing || event.keyCode === 229
}
