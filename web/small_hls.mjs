// The small build of hls.js: its own sources, less everything that Cabina's playlists never hold.
//
// Our renditions are plain fragmented MP4 with one clear key frame per fragment, computed playlists that end, and
// captions of our own. So encryption, interstitials, CMCD, steering, I-frame lists, ID3, live latency, subtitle
// parsers and the demuxers for TS, AAC, AC-3 and MP3 are replaced by empty modules while bundling. Upstream does not
// test that: the tests in browser_test/ are the gate. The way back is the whole dist file, about 73 kB gzipped more:
// leave this plugin out of build.mjs.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const source = fileURLToPath(new URL('./node_modules/hls.js/src/', import.meta.url))
const version = JSON.parse(readFileSync(new URL('./node_modules/hls.js/package.json', import.meta.url), 'utf8')).version

/** A controller that the configuration leaves out: hls.js asks for it before making one. */
const absent = names => names.map(n => `export const ${n} = undefined`).join('\n') + '\nexport default undefined'
/** A demuxer that takes nothing. */
const takesNothing = name => `class Nothing { static probe() { return false } }\nexport { Nothing as ${name} }\nexport default Nothing`

/** Module path below src/, and what stands there instead. */
const emptied = {
  'controller/eme-controller': absent([]),
  'controller/cmcd-controller': absent([]),
  'controller/content-steering-controller': absent([]),
  'controller/interstitials-controller': absent(['InterstitialsManager']),
  'controller/iframe-controller': absent(['IFrameController']),
  'controller/id3-track-controller': absent([]),
  'controller/latency-controller': absent([]),
  'controller/fps-controller': absent([]),
  'controller/subtitle-stream-controller': absent(['SubtitleStreamController']),
  'controller/subtitle-track-controller': absent([]),
  'controller/timeline-controller': absent(['TimelineController']),
  'utils/cues': absent([]),
  'utils/fetch-loader': absent(['fetchSupported']),
  'demux/tsdemuxer': takesNothing('TSDemuxer'),
  'demux/audio/aacdemuxer': takesNothing('AACDemuxer'),
  'demux/audio/ac3-demuxer': takesNothing('AC3Demuxer'),
  'demux/audio/mp3demuxer': takesNothing('MP3Demuxer'),
  // Text and ID3 that travel inside segments: ours carry neither.
  'remux/mp4-remuxer': `export default class {}
    export const flushTextTrackMetadataCueSamples = () => undefined
    export const flushTextTrackUserdataCueSamples = () => undefined`,
  'crypt/decrypter': `export default class {
    reset() {} destroy() {} flush() { return null } isSync() { return false }
    decrypt() { return Promise.reject(new Error('encrypted segments are not played here')) }
  }`,
}

const off = [
  'EME_DRM', 'SUBTITLES', 'CMCD', 'CONTENT_STEERING', 'VARIABLE_SUBSTITUTION', 'M2TS_ADVANCED_CODECS',
  'MEDIA_CAPABILITIES', 'INTERSTITIALS', 'IFRAMES',
]

/** What esbuild is to put in place of hls.js's build constants. */
export const hlsConstants = {
  ...Object.fromEntries(off.map(f => [`__USE_${f}__`, 'false'])),
  __USE_ALT_AUDIO__: 'true',
  __VERSION__: JSON.stringify(version),
  __IN_WORKER__: 'false',
  __HLS_WORKER_BUNDLE__: 'undefined',
}

/**
 * An esbuild plugin: `import Hls from 'hls.js'` becomes the small build. A name in the table that is no longer a
 * module of hls.js stops the build, so that a new version is looked at and not half emptied.
 */
export const smallHls = {
  name: 'small-hls',
  setup(build) {
    const met = new Set()
    build.onResolve({ filter: /^hls\.js$/ }, () => ({ path: source + 'hls.ts' }))
    build.onLoad({ filter: /\.ts$/ }, args => {
      if (!args.path.startsWith(source)) return undefined
      const module = args.path.slice(source.length, -'.ts'.length)
      if (!(module in emptied)) return undefined
      met.add(module)
      return { contents: emptied[module], loader: 'js' }
    })
    build.onEnd(result => {
      const gone = Object.keys(emptied).filter(m => !met.has(m))
      if (result.errors.length === 0 && gone.length > 0) {
        return { errors: [{ text: `hls.js ${version} has no module ${gone.join(', ')}: look at the table in small_hls.mjs again` }] }
      }
      return undefined
    })
  },
}
