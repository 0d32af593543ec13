// Types of the global `Helpline` that /widget.js adds to a page. Copy this file into your project to use them.

export interface HelplineOptions {
  /** Resolves to a token of the signed-in person, or to null if no one is signed in. It is called again before a token expires. */
  getToken: () => Promise<string | null> | string | null
  /** `en`, `ar`, `de` or `fr`. By default, the launcher uses the page's `lang`, and the opened widget uses the browser's languages. */
  language?: string
  theme?: 'auto' | 'light' | 'dark'
  /** The bottom corner of the page in which the launcher is shown. */
  position?: 'left' | 'right'
  /** The widget's colour as `#rrggbb`. The colour of text on it is chosen automatically. */
  color?: string
  /** The logo, as a `data:` address of an image. */
  logo?: string
  teamName?: string
  /** The greeting on the first screen, instead of "Hello". */
  greeting?: string
  /** If false, the widget sends no request before it is opened. Until then the launcher shows no unread number. */
  unread?: boolean
}

export interface HelplineEvents {
  /** The iframe has loaded: after the first opening, and again after `identify` if another person has signed in. */
  ready: undefined
  open: undefined
  close: undefined
  /** The number of unread tickets, as soon as it is known. After `identify` it is 0 if it cannot be fetched. */
  unread: number
  /** The team has replied in the ticket with this number. */
  message: { readonly ticket: string }
  /** The person has created the ticket with this number. */
  ticket: { readonly ticket: string }
}

export interface HelplineWidget {
  /** Shows the launcher. Later calls act like `update`. */
  init(options: HelplineOptions): void
  /** Changes the given options at once. */
  update(options: Partial<HelplineOptions>): void
  /** Opens the widget: at its last view, at the ticket with this number (`TKT-000042`), or with this text to send. */
  open(what?: string | { readonly text: string }): void
  close(): void
  /** Requests a new token. Call this when another person, or no one, may be signed in. Nothing changes if the person is the same. */
  identify(options?: Partial<HelplineOptions>): Promise<void>
  /** Removes the widget and its listeners, and forgets the person. `init` may be called again. */
  shutdown(): void
  /** Adds a listener. Returns a function that removes it. */
  on<E extends keyof HelplineEvents>(event: E, listener: (value: HelplineEvents[E]) => void): () => void
  /** The same as `on('unread', listener)`. */
  onUnread(listener: (tickets: number) => void): () => void
}

declare global {
  interface Window {
    Helpline: HelplineWidget
  }
}
