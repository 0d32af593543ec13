// Loaded with the question before signing out: joins its sentences to the common ones.

import en from './en/sign-out.json'
import { addStrings } from './index.ts'

addStrings('sign-out', en)
