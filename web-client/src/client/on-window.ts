export function onWindow(type: string, listener: (event: Event) => void): () => void {
  // In the capture phase the window also hears what is said of the document alone.
  addEventListener(type, listener, { capture: true })
  return () => removeEventListener(type, listener, { capture: true })
}
