/** A short, soft tone. A browser that wants a click first stays silent. */
let context: AudioContext | null = null;

const SECONDS = 0.22;
const LOUDNESS = 0.08;

export function tone(): void {
  try {
    context ??= new AudioContext();
    const player = context;
    void player.resume().then(() => play(player), () => undefined);
  } catch {
    // No sound on this machine.
  }
}

function play(player: AudioContext): void {
  const start = player.currentTime;
  const gain = new GainNode(player, { gain: 0 });
  gain.gain.linearRampToValueAtTime(LOUDNESS, start + 0.02);
  gain.gain.exponentialRampToValueAtTime(0.001, start + SECONDS);
  gain.connect(player.destination);
  const voice = new OscillatorNode(player, { type: "sine", frequency: 587 });
  voice.frequency.setValueAtTime(784, start + SECONDS / 3);
  voice.connect(gain);
  voice.start(start);
  voice.stop(start + SECONDS);
}
