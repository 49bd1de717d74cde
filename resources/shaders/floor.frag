// Grid lines on a pool of light, fading into the background; premultiplied alpha.
in vec2 v_place;
in vec2 v_share;

uniform vec3 u_line;  // as shown on the screen
uniform vec3 u_pool;  // colour of the lit ground, as shown
uniform float u_pool_strength;
uniform float u_pitch;  // between two lines; every fourth is stronger

out vec4 colour;

// Strength of lines at whole numbers of `place`; closer than a few pixels they would shimmer.
float lines(vec2 place, vec2 slope, float width) {
    vec2 away = abs(fract(place - 0.5) - 0.5) / slope;
    vec2 line = clamp(width + 0.5 - away, 0.0, 1.0) * clamp(1.0 - slope * 2.5, 0.0, 1.0);
    return max(line.x, line.y);
}

void main() {
    float fade = max(1.0 - length(v_share), 0.0);
    fade *= fade;
    vec2 place = v_place / u_pitch;
    vec2 slope = max(fwidth(place), 1e-5);
    float line = fade * max(0.45 * lines(place, slope, 0.5),
                            lines(place * 0.25, slope * 0.25, 0.7));
    float pool = u_pool_strength * fade * (1.0 - line);
    colour = vec4(u_pool * pool + u_line * line, pool + line);
}
