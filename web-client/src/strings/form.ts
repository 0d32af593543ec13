// Loaded with the form in which a ticket is described: joins its sentences to the common ones.

import { ENGLISH_FORM } from './english-form.ts'
import { addStrings } from './index.ts'

addStrings({ en: ENGLISH_FORM, load: async () => (await import('./arabic-form.ts')).ARABIC_FORM })
