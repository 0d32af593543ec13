// Loaded with the screen for opening hours: joins its sentences to the common ones.

import en from './en/hours.json'
import { addStrings } from './index.ts'

addStrings('hours', en)
