/** Width of the texture that holds a loop's activations, one byte each. */
export const TEXTURE_WIDTH = 4096;

/**
 * One point a neuron. Its brightness is looked up at the loop's phase, between the two frames
 * around it, and fades over the next tenth of a second as a lamp does.
 */
export const VERTEX = `#version 300 es
precision highp float;
precision highp int;
precision highp sampler2D;

in vec2 before;      // where it is at the snapshots of the loop around this moment
in vec2 after;
in vec3 origin;      // x, y and spacing where it comes from
in uvec2 address;  // first byte, frames
in vec3 colour;
in float spacing;  // to the neighbours, in layout units
in uint mark;

uniform sampler2D activations;
uniform float phase;       // of the loop, 0 to 1
uniform float share;       // from one snapshot to the next, 0 to 1
uniform float moved;       // from the origin to where it belongs, 0 to 1
uniform float seconds;     // of the loop
uniform vec4 view;         // scale x, scale y, shift x, shift y
uniform vec2 canvas;       // pixels
uniform float rest;        // brightness of a neuron that is silent
uniform float pulse;       // 0 to 1, a slow breath for what is only chosen
uniform float heat;        // 1: coloured by activation instead of by layer

out vec3 tint;
flat out float shine;      // how much of it glows
flat out float core;       // radius of the lamp as a part of the point
flat out float ring;       // brightness of the ring around it

float byteAt(uint frame) {
  uint i = address.x + frame;
  ivec2 texel = ivec2(int(i % ${TEXTURE_WIDTH}u), int(i / ${TEXTURE_WIDTH}u));
  return texelFetch(activations, texel, 0).r;
}

float activation(float at) {
  float frames = float(address.y);
  float f = fract(at) * frames;
  float k = floor(f);
  uint first = uint(k) % address.y;
  return mix(byteAt(first), byteAt((first + 1u) % address.y), f - k);
}

float lit() {
  if (address.y == 0u) return 0.0;
  float value = activation(phase);
  float frames = float(address.y);
  for (int i = 1; i < 4; i++) {
    uint frame = uint(fract(phase - 0.03 * float(i) / seconds + 1.0) * frames) % address.y;
    value = max(value, byteAt(frame) * exp(-0.55 * float(i)));
  }
  return value;
}

/** From night through violet and ember to candle light. */
vec3 heatOf(float x) {
  vec3 low = mix(vec3(0.16, 0.16, 0.42), vec3(0.55, 0.18, 0.68), smoothstep(0.0, 0.35, x));
  vec3 high = mix(vec3(1.0, 0.36, 0.22), vec3(1.0, 0.86, 0.5), smoothstep(0.6, 1.0, x));
  return mix(low, high, smoothstep(0.3, 0.7, x));
}

bool ringed(float radius) { return mark != 0u && radius > 2.5; }

void main() {
  vec2 place = mix(origin.xy, mix(before, after, share), moved);
  gl_Position = vec4(place * view.xy + view.zw, 0.0, 1.0);
  float value = lit();
  float glow = value * value * (0.35 + 0.65 * value);

  vec2 apart = mix(origin.z, spacing, moved) * view.xy * 0.5 * canvas;
  float room = sqrt(apart.x * apart.y);
  float marked = mark == 0u ? 0.0 : 1.0;
  float radius = clamp(0.42 * room, 0.7 + 0.3 * marked, 26.0) * (1.0 + 0.35 * glow);
  float size = radius * (ringed(radius) ? 1.9 : 1.0) + 0.9;
  gl_PointSize = 2.0 * size;
  core = radius / size;

  vec3 base = mix(colour, heatOf(value), heat);
  ring = 0.0;
  if (mark == 1u) { base = mix(base, vec3(1.0, 0.78, 0.36), 0.75); ring = 0.75; }
  if (mark == 2u) { base = mix(base, vec3(0.35, 0.62, 1.0), 0.75); ring = 0.75; }
  if (mark == 3u) { base = mix(base, vec3(1.0), 0.55); ring = 0.25 + 0.4 * pulse; }
  // Where points are smaller than a few pixels a ring would only blur: the lamp itself is tinted.
  ring *= smoothstep(2.5, 5.0, radius);
  vec3 hot = mix(base, vec3(1.0), 0.45 * smoothstep(0.6, 1.0, value));
  // Lamps that would cover each other share the light: a crowd must not drown in white.
  float crowded = max(0.6 * marked, clamp(room / 2.0, 0.25, 1.0));
  tint = hot * ((rest + 0.2 * marked) * crowded + 1.15 * glow * sqrt(crowded));
  shine = glow + 0.12 * marked;
}`;

/** A soft lamp, and a thin ring where the neuron is marked; added to what is below. */
export const FRAGMENT = `#version 300 es
precision highp float;

in vec3 tint;
flat in float core;
flat in float ring;
flat in float shine;
out vec4 colour;

void main() {
  vec2 off = gl_PointCoord * 2.0 - 1.0;
  float r = length(off);
  float lamp = 1.0 - smoothstep(core * 0.6, min(1.0, core * 1.15), r);
  float circle = ring > 0.0 ? ring * (1.0 - smoothstep(0.06, 0.13, abs(r - 0.86))) : 0.0;
  vec3 light = tint * lamp;
  if (circle > 0.0) light += normalize(tint + 1e-4) * circle;
  colour = vec4(light, shine * max(lamp, circle));
}`;
