// Grid lines and the cast shadow, fading into the background; premultiplied alpha.
in vec2 v_place;
in vec3 v_shadow;

uniform vec4 u_area;
uniform vec3 u_line;      // as shown on the screen
uniform vec3 u_pool;      // colour of the lit ground, as shown
uniform float u_pool_strength;
uniform float u_grid;     // strength of the lines, 0 hides them
uniform float u_shade;    // strength of the shadow
uniform float u_pitch;    // between two lines

out vec4 colour;

float lines(vec2 place, float width) {
    vec2 slope = fwidth(place);
    vec2 away = abs(fract(place - 0.5) - 0.5) / max(slope, 1e-5);
    // lines closer than a few pixels would only shimmer
    vec2 fade = clamp(1.0 - slope * 2.5, 0.0, 1.0);
    vec2 line = (1.0 - smoothstep(width - 0.5, width + 0.5, away)) * fade;
    return max(line.x, line.y);
}

void main() {
    float far = length(v_place - u_area.xy) / u_area.z;
    if (far >= 1.0)
        discard;
    float fade = (1.0 - far) * (1.0 - far);
    float line = 0.0;
    if (u_grid > 0.0)
        line = u_grid * fade * max(0.45 * lines(v_place / u_pitch, 0.5),
                                   lines(v_place / (4.0 * u_pitch), 0.7));
    float pool = u_pool_strength * fade;
    float shade = u_shade * (1.0 - lit(v_shadow, 2.2)) * min(1.0, 2.0 * (1.0 - far));
    // lines over the pool, then the shadow over both
    float alpha = 1.0 - (1.0 - pool) * (1.0 - line);
    vec3 paint = u_pool * pool * (1.0 - line) + u_line * line;
    colour = vec4(paint * (1.0 - shade), 1.0 - (1.0 - alpha) * (1.0 - shade));
}
