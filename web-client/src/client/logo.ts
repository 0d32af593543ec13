// Converts a picture file to the widget's logo, scaled down to the display size.

import { LIMITS } from '../protocol/generated.ts'
import { thisPage } from './browser.ts'

export const LOGO_TYPES = ['image/png', 'image/jpeg', 'image/webp', 'image/svg+xml'] as const
/**
 * Why a logo file was rejected. `type`: not one of `LOGO_TYPES`. `large`: the file is larger than `FILE_BYTES_MAX`. `broken`: the picture cannot be
 * decoded, or even its smallest version has too many bytes.
 */
export type LogoFault = 'type' | 'large' | 'broken'
export type LogoResult = { readonly ok: true; readonly url: string } | { readonly ok: false; readonly why: LogoFault }

const FILE_BYTES_MAX = 10 * 1024 * 1024
/**
 * The side lengths to try, in order. The first is three times the display size, for high-density screens. Smaller sizes are tried only if the picture
 * has too many bytes.
 */
const SIDES_PX = [96, 64, 48, 32] as const
const KINDS = [['image/png', 1], ['image/webp', 0.9], ['image/webp', 0.7], ['image/jpeg', 0.8]] as const

/** Returns the picture as a `data:` URL, at most 96 pixels per side and 12 KiB. An SVG is converted to pixels, so that it cannot contain scripts. */
export async function logoOf(file: Blob): Promise<LogoResult> {
  if (!LOGO_TYPES.some((type) => type === file.type)) return { ok: false, why: 'type' }
  if (file.size > FILE_BYTES_MAX) return { ok: false, why: 'large' }
  try {
    const picture = new Image()
    picture.src = await addressOf(file)
    await picture.decode()
    for (const side of SIDES_PX) {
      const canvas = drawn(picture, side, file.type === 'image/svg+xml')
      for (const [kind, quality] of KINDS) {
        const url = canvas.toDataURL(kind, quality)
        if (url.startsWith('data:image/') && bytesOfUrl(url) <= LIMITS.widget_logo_bytes_max) return { ok: true, url }
      }
    }
  } catch {
    // The file is not a valid picture. The `broken` result below reports this.
  }
  return { ok: false, why: 'broken' }
}

/** Returns the number of bytes that the base64 part of a `data:` URL encodes. */
export function bytesOfUrl(url: string): number {
  const data = url.slice(url.indexOf(',') + 1)
  return Math.floor((data.length * 3) / 4) - (data.endsWith('==') ? 2 : data.endsWith('=') ? 1 : 0)
}

/** Scales a width and height to fit into a square of `side`. Enlarges only if `mayGrow` is true, for vector graphics. */
export function fitted(width: number, height: number, side: number, mayGrow: boolean): { readonly width: number; readonly height: number } {
  // A vector graphic without a size of its own fills the square.
  if (width === 0 || height === 0) return { width: side, height: side }
  const scale = mayGrow ? side / Math.max(width, height) : Math.min(1, side / Math.max(width, height))
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

function drawn(picture: HTMLImageElement, side: number, isDrawing: boolean, page: { readonly document: Pick<Document, 'createElement'> } = thisPage): HTMLCanvasElement {
  const canvas = page.document.createElement('canvas')
  const { width, height } = fitted(picture.naturalWidth, picture.naturalHeight, side, isDrawing)
  canvas.width = width
  canvas.height = height
  const paint = canvas.getContext('2d')
  if (paint === null) throw new Error('no canvas')
  paint.imageSmoothingQuality = 'high'
  paint.drawImage(picture, 0, 0, width, height)
  return canvas
}

function addressOf(file: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.addEventListener('load', () => (typeof reader.result === 'string' ? resolve(reader.result) : reject(new Error('no text'))))
    reader.addEventListener('error', () => reject(reader.error ?? new Error('not read')))
    reader.readAsDataURL(file)
  })
}
