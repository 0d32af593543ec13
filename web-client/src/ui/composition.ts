/** Whether the key belongs to an input method that is composing text (Chinese, Japanese, Korean). In Safari only the key code 229 says so for the final Enter. */
export function isComposing(event: { readonly isComposing: boolean; readonly keyCode: number }): boolean {
  return event.isComposing || event.keyCode === 229
}
