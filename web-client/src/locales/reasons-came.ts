// Loads the texts of reasons.ts for code that does not need them at the start. Apart from reasons.ts, because the bundler would wrap a file
// that others import at their start in code that the widget would have to load.

import { sentencesCame } from './index.ts'
import './reasons.ts'

/** Resolves when the texts are there in the chosen language, or could not be loaded. */
export const reasonsCame = async (): Promise<void> => void await sentencesCame()
