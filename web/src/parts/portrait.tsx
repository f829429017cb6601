/**
 * The portrait of a councilor in its niche, 64 x 72: looks from a hash of the id, face from the mood.
 * Everything is drawn here, so a face costs no request and takes the page's colours.
 */
import { useState } from "preact/hooks";

import type { Mood } from "../council/standing";
import { type Hairstyle, ownColour, TONES, type Traits, traitsOf } from "../council/traits";
import { messages } from "../i18n";
import type { BareAgent } from "../wire";
import { ownAvatar } from "./avatar";
import { memo } from "./memo";

const FEATURE = "#21130e";
const ARCH = "M0 72V32a32 32 0 0 1 64 0v40z";

interface PortraitProps {
  agent: Pick<BareAgent, "agent_id" | "customization">;
  mood: Mood;
  width?: number;
}

/** An agent is another object after each of its runs; its portrait seldom is another picture. */
export function Portrait({ agent, mood, width = 64 }: PortraitProps) {
  const custom = agent.customization?.enabled ? agent.customization : null;
  return (
    <Picture
      id={agent.agent_id}
      colour={ownColour(custom?.color)}
      avatar={ownAvatar(custom?.avatar_url)}
      mood={mood}
      width={width}
    />
  );
}

interface PictureProps {
  id: string;
  colour: string | null;
  avatar: string | null;
  mood: Mood;
  width: number;
}

const Picture = memo(function Picture({ id, colour, avatar, mood, width }: PictureProps) {
  const traits = traitsOf(id);
  const tone = TONES.find((each) => each === (colour ?? traits.tone));
  const label = messages.value.mood[mood];
  return (
    <svg
      class={`portrait mood-${mood} ${tone ? `tone-${tone}` : ""}`}
      style={tone ? {} : { "--niche": colour, "--cloth": `color-mix(in oklab, ${colour}, #10201f 55%)` }}
      viewBox="0 0 64 72"
      width={width}
      height={(width * 72) / 64}
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      {mood === "absent" ? <EmptyChair /> : <Sitter traits={traits} mood={mood} avatar={avatar} />}
    </svg>
  );
});

function EmptyChair() {
  return (
    <g class="chair">
      <path class="niche-line" d="M1 72V32a31 31 0 0 1 62 0v40" />
      <path class="back" d="M20 72V40a12 12 0 0 1 24 0v32" />
      <path class="pad" d="M27 58V42a5 5 0 0 1 10 0v16z" />
      <path class="seat" d="M13 72V60h38v12" />
    </g>
  );
}

function Sitter({ traits, mood, avatar }: { traits: Traits; mood: Mood; avatar: string | null }) {
  const [broken, setBroken] = useState<string | null>(null);
  return (
    <>
      <path class="niche" d={ARCH} />
      <g class="sitter">
        {avatar && avatar !== broken ? (
          <image
            href={avatar}
            x="5"
            y="5"
            width="54"
            height="67"
            preserveAspectRatio="xMidYMid slice"
            onError={() => setBroken(avatar)}
          />
        ) : (
          <>
            <Shoulders traits={traits} />
            <Head traits={traits} mood={mood} />
          </>
        )}
      </g>
      {mood === "working" && <PenAndPaper />}
      {mood === "on_leave" && <path class="sleep" d="M47 13h6l-6 7h6M55 4h5l-5 6h5" />}
    </>
  );
}

function Shoulders({ traits }: { traits: Traits }) {
  return (
    <>
      <path class="cloth" d="M4 72c0-11 8-16 19-18h18c11 2 19 7 19 18z" />
      <path fill={traits.skin} d="M27 44h10v11l-5 6-5-6z" />
      <path fill={FEATURE} opacity=".16" d="M27 49c3 3 7 3 10 0v3c-3 3-7 3-10 0z" />
      <path class="collar" d="M26 53l-4 2 8 10 2-5zM38 53l4 2-8 10-2-5z" />
      {traits.collar === "tie" && <path class="niche" d="M30 60h4l1 3-1 9h-4l-1-9z" />}
      {traits.collar === "bow" && <path class="niche" d="M32 62l-6-3v6zM32 62l6-3v6z" />}
    </>
  );
}

function Head({ traits, mood }: { traits: Traits; mood: Mood }) {
  return (
    <g transform={mood === "worried" ? "rotate(-5 32 50)" : undefined}>
      <HairBehind style={traits.hairstyle} colour={traits.hair} />
      <circle cx="19.6" cy="37.5" r="2.7" fill={traits.skin} />
      <circle cx="44.4" cy="37.5" r="2.7" fill={traits.skin} />
      <path
        fill={traits.skin}
        d="M19.5 34c0-9 5-14 12.5-14s12.5 5 12.5 14c0 10-5 17.5-12.5 17.5S19.5 44 19.5 34z"
      />
      {traits.beard && <Beard colour={traits.hair} />}
      <Face mood={mood} />
      {traits.glasses && <Glasses />}
      <HairInFront style={traits.hairstyle} colour={traits.hair} />
      {mood === "distressed" && (
        <path class="drop" d="M47.5 21c2.3 3.3 3.2 4.7 3.2 6.2a3.2 3.2 0 0 1-6.4 0c0-1.5.9-2.9 3.2-6.2z" />
      )}
    </g>
  );
}

function HairBehind({ style, colour }: { style: Hairstyle; colour: string }) {
  switch (style) {
    case "round":
      return <circle cx="32" cy="30" r="18.5" fill={colour} />;
    case "long":
      return <path fill={colour} d="M15.5 56c-1-6 .5-12 .5-22 0-11 6-18 16-18s16 7 16 18c0 10 1.5 16 .5 22-5 1.5-9 0-10-2H25.5c-1 2-5 3.5-10 2z" />;
    case "bun":
      return <circle cx="32" cy="13.5" r="6.5" fill={colour} />;
    default:
      return null;
  }
}

const FRINGE = "M19 35c-1.5-12 5-17.5 13-17.5S46.5 23 45 35c-.8-4-2-6.5-4.5-8-4.5 1-12.5 1-17 0-2.5 1.5-3.7 4-4.5 8z";

function HairInFront({ style, colour }: { style: Hairstyle; colour: string }) {
  switch (style) {
    case "short":
      return <path fill={colour} d="M18.8 34C17.5 22 24 16.5 33 16.5c8 0 13.8 5.5 12.2 17.5-.8-3.5-1.7-5-3.2-7-5 .8-9 0-12-2-2 2.2-5 3.2-8 3.5-1.6 1.2-2.6 3-3.2 5.5z" />;
    case "round":
      return <path fill={colour} d="M18.5 33c0-9 5-14.5 13.5-14.5S45.5 24 45.5 33c-1.5-4-3.5-6-6-7.5-4.5-1.5-10.5-1.5-15 0-2.5 1.5-4.5 3.5-6 7.5z" />;
    case "long":
      return <path fill={colour} d="M18.5 36c-1-12 4.5-18.5 13.5-18.5S46.5 24 45.5 36c-1.5-5-5-9-12.5-11.5-6 2-12.5 5-14.5 11.5z" />;
    case "bun":
      return <path fill={colour} d={FRINGE} />;
    case "bald":
      return <path fill={colour} d="M18.5 39c-1.5-4-1-8 .8-10.5.8 2.5.8 6 .5 9zM45.5 39c1.5-4 1-8-.8-10.5-.8 2.5-.8 6-.5 9z" />;
    case "hat":
      return (
        <>
          <path fill={colour} d="M19.3 33v-6h25.4v6c-.7-2-1.4-3-2.7-4H22c-1.3 1-2 2-2.7 4z" />
          <path class="cloth" d="M21 24.5c0-11 4-14 11-14s11 3 11 14zM13.5 23.5h37a2 2 0 0 1 0 4.5h-37a2 2 0 0 1 0-4.5z" />
          <path class="hatband" d="M21 20h22v3.5H21z" />
        </>
      );
    case "beret":
      return (
        <>
          <path fill={colour} d="M19 34c-.5-4 0-6.5 1.5-8.5h23c1.5 2 2 4.5 1.5 8.5-.6-2.5-1.5-4-2.8-5H21.8c-1.3 1-2.2 2.5-2.8 5z" />
          <path class="cloth" d="M17.5 26c-1-8 6-13.5 15.5-13.5 10 0 15.5 4 16.5 9.5-1 2-4 3-7 3.5-8 1.2-17 .5-25 .5zM32 13.5l1-3.5 2 .6-.7 3.2z" />
        </>
      );
    case "wrap":
      return (
        <>
          <path class="cloth" d="M18.5 31c-1-10 5-16.5 13.5-16.5S46.5 21 45.5 31c-4-3.5-8-4.5-13.5-4.5S22.5 27.5 18.5 31zM43 20a5 5 0 1 1 5 3.5z" />
          <path class="fold" d="M19.5 27c5-4 18-6 25-2" />
        </>
      );
  }
}

function Beard({ colour }: { colour: string }) {
  return (
    <path
      fill={colour}
      d="M19.5 36c1.5 3 3 4 5.5 4.2 2.5-1.4 4.5-1.7 7-1.7s4.5.3 7 1.7c2.5-.2 4-1.2 5.5-4.2.8 10-4 17.5-12.5 17.5S18.7 46 19.5 36z"
    />
  );
}

function Glasses() {
  return (
    <g class="glasses">
      <circle cx="26.5" cy="35.5" r="4.8" />
      <circle cx="37.5" cy="35.5" r="4.8" />
      <path d="M31.3 35a1.4 1.4 0 0 1 1.4 0M21.7 35l-2-1M42.3 35l2-1" />
    </g>
  );
}

function Face({ mood }: { mood: Mood }) {
  switch (mood) {
    case "serene":
      return (
        <>
          <path class="stroke" d="M23.5 36.5c1-2.6 5-2.6 6 0M34.5 36.5c1-2.6 5-2.6 6 0" />
          <Mouth d="M27 43.5c2 3 8 3 10 0" />
        </>
      );
    case "proud":
      return (
        <>
          <path class="stroke" d="M23 31.5c1.5-2 5-2 6.5-.4M34.5 31.1c1.5-1.6 5-1.6 6.5.4" />
          <Eyes />
          <path class="teeth" d="M26.3 42h11.4c0 4-2.3 6.3-5.7 6.3S26.3 46 26.3 42z" />
        </>
      );
    case "attentive":
      return (
        <>
          <path class="stroke" d="M23.5 31.5h6M34.5 31.5h6" />
          <Eyes />
          <Mouth d="M28 44.5h8" />
        </>
      );
    case "worried":
      return (
        <>
          <path class="stroke" d="M23 33l6-2.5M41 33l-6-2.5" />
          <Eyes />
          <Mouth d="M26.5 45.5c1.5-2.5 3.5-2.5 5.5-.8s4 1.7 5.5-1.2" />
        </>
      );
    case "distressed":
      return (
        <>
          <path class="stroke" d="M22.5 30l6-2.5M41.5 30l-6-2.5" />
          <circle class="white" cx="26.5" cy="35.5" r="3.9" />
          <circle class="white" cx="37.5" cy="35.5" r="3.9" />
          <circle class="dot" cx="26.5" cy="35.5" r="1.5" />
          <circle class="dot" cx="37.5" cy="35.5" r="1.5" />
          <ellipse class="dot" cx="32" cy="45.5" rx="3" ry="3.6" />
        </>
      );
    case "working":
      // Wide awake, and looking down at the paper.
      return (
        <>
          <path class="stroke" d="M23 30.8c1.7-1.5 4.6-1.5 6.2 0M34.8 30.8c1.7-1.5 4.6-1.5 6.2 0" />
          <ellipse class="white" cx="26.5" cy="36" rx="3.7" ry="3.2" />
          <ellipse class="white" cx="37.5" cy="36" rx="3.7" ry="3.2" />
          <circle class="dot" cx="27" cy="37.3" r="1.9" />
          <circle class="dot" cx="38" cy="37.3" r="1.9" />
          <path class="lid" d="M22.6 35.6c1.3-3 6.5-3 7.8 0M33.6 35.6c1.3-3 6.5-3 7.8 0" />
          <Mouth d="M28.2 44.2c2.2 1.9 5.6 1.6 7.4-.6" />
        </>
      );
    case "on_leave":
      return (
        <>
          <path class="stroke" d="M23.5 36c1 2 5 2 6 0M34.5 36c1 2 5 2 6 0" />
          <Mouth d="M29 45c2 1 4 1 6 0" />
        </>
      );
    default:
      return (
        <>
          <Eyes />
          <Mouth d="M27.5 43.8c2 2.3 7 2.3 9 0" />
        </>
      );
  }
}

function Eyes() {
  return (
    <>
      <circle class="dot" cx="26.5" cy="35.8" r="1.8" />
      <circle class="dot" cx="37.5" cy="35.8" r="1.8" />
    </>
  );
}

/** A light rim keeps the mouth readable on a dark beard. */
function Mouth({ d }: { d: string }) {
  return (
    <>
      <path class="mouth-rim" d={d} />
      <path class="stroke" d={d} />
    </>
  );
}

function PenAndPaper() {
  return (
    <g class="desk">
      <path class="paper" d="M15 61.5l29-1.5 4 12H13z" />
      <path class="script" d="M19 65l18-.8M18 68.5l14-.5" />
      <path class="pen" d="M38.5 68.5l9-14.5 3 1.9-9 14.5-3.6 1.6z" />
    </g>
  );
}
