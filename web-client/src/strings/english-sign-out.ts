// Asked before a person signs out whose messages are not all sent.

export const ENGLISH_SIGN_OUT = {
  'signout.unsent': '{n|one:# message is|other:# messages are} not sent yet.',
  'signout.hint': 'What you keep stays on this device, for you only. When you sign in again, you choose whether to send it.',
  'signout.unkept': 'This browser has no room to keep what you wrote: it is lost when you sign out.',
  'signout.send': 'Send first, then sign out',
  'signout.keep': 'Sign out and keep them',
  'signout.discard': 'Sign out and discard them',
  'signout.sending': 'Sending…',
  'signout.no_connection': 'No connection. Sent as soon as it is back; then you are signed out.',
  'signout.refused': 'Not accepted. Open the ticket to see why, or choose what becomes of it.',
} as const

export type SignOutKey = keyof typeof ENGLISH_SIGN_OUT
