// Loaded with the question before signing out: joins its sentences to the common ones.

import { ENGLISH_SIGN_OUT } from './english-sign-out.ts'
import { addStrings } from './index.ts'

addStrings({ en: ENGLISH_SIGN_OUT, load: async () => (await import('./arabic-sign-out.ts')).ARABIC_SIGN_OUT })
