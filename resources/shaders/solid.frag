// The material of a solid: key light with shadow, fill light, light from sky and ground.
in vec3 v_position;
in vec3 v_normal;
in vec3 v_shadow;
in float v_open;
in vec2 v_cell;
in float v_tone;

uniform vec3 u_colour;      // linear
uniform int u_kind;         // 0 that colour, else by the tone
uniform sampler2D u_map;    // colours of tones
uniform float u_lift;       // lightens what is under the mouse
uniform int u_wire;         // 1 edges of cells, 2 nothing, 3 everything: what stays but the ground
uniform vec3 u_eye;
uniform vec3 u_key;         // towards the key light
uniform vec3 u_fill;        // towards the fill light
uniform vec3 u_sky;
uniform vec3 u_ground;
uniform vec3 u_haze;        // linear background, for what is far
uniform vec2 u_haze_range;  // distances where it begins and would be complete
uniform float u_gloss;
uniform float u_joints;     // strength of the lines between voxels

out vec4 colour;

void main() {
    vec3 normal = normalize(v_normal);
    vec3 to_eye = u_eye - v_position;
    float distance_to_eye = length(to_eye);
    to_eye /= distance_to_eye;

    float key = max(dot(normal, u_key), 0.0);
    if (key > 0.0)
        key *= lit(v_shadow, 1.3);
    float fill = 0.5 + 0.5 * dot(normal, u_fill);
    vec3 light = mix(u_ground, u_sky, 0.5 + 0.5 * normal.z) * v_open
               + vec3(1.0, 0.97, 0.92) * (1.05 * key * mix(0.72, 1.0, v_open))
               + vec3(0.80, 0.88, 1.0) * (0.22 * fill * fill * v_open);

    vec3 albedo = u_colour;
    if (u_kind != 0) {
        vec3 shown = texture(u_map, vec2(v_tone * 255.0 / 256.0 + 0.5 / 256.0, 0.5)).rgb;
        albedo = shown * shown;
    }
    albedo = mix(albedo, vec3(1.0), u_lift);
    vec2 width = fwidth(v_cell);
    float size = max(width.x, width.y);
    float haze = clamp((distance_to_eye - u_haze_range.x) / (u_haze_range.y - u_haze_range.x), 0.0, 1.0);
    if (u_wire != 0) {
        vec2 near = min(v_cell, 1.0 - v_cell) / max(width, 1e-5);
        float line = u_wire == 1 ? 1.0 - smoothstep(0.35, 1.2, min(near.x, near.y)) : u_wire - 2.0;
        vec3 drawn = mix(mix(u_haze, albedo, 0.05), albedo * mix(0.45, 1.0, v_open), line);
        colour = vec4(sqrt(mix(drawn, u_haze, haze)), 1.0);
        return;
    }
    if (u_joints > 0.0 && size > 0.0) {
        vec2 edge = min(v_cell, 1.0 - v_cell) / max(width, 1e-5);
        float line = 1.0 - smoothstep(0.3, 1.3, min(edge.x, edge.y));
        albedo *= 1.0 - u_joints * line * clamp((1.0 / size - 5.0) / 12.0, 0.0, 1.0);
    }

    vec3 result = albedo * light;
    vec3 half_way = normalize(u_key + to_eye);
    result += u_gloss * key * pow(max(dot(normal, half_way), 0.0), 28.0);
    float rim = 1.0 - max(dot(normal, to_eye), 0.0);
    result += u_gloss * 0.35 * u_sky * rim * rim * rim * v_open;
    result = mix(result, u_haze, haze);
    colour = vec4(sqrt(clamp(result, 0.0, 1.0)), 1.0);
}
