// Loaded with what shows a ticket: joins its sentences to the common ones.

import { ENGLISH_TICKET } from './english-ticket.ts'
import './form.ts'
import { addStrings } from './index.ts'

addStrings({ en: ENGLISH_TICKET, load: async () => (await import('./arabic-ticket.ts')).ARABIC_TICKET })
