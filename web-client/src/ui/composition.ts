/** Whether the key belongs to text being put together (Chinese, Japanese, Korean). Safari says so of the committing Enter by its code alone. */
export function isComposing(event: { readonly isComposing: boolean; readonly keyCode: number }): boolean {
  return event.isComposing || event.keyCode === 229
}
