// Marches along the line of sight through a volume; premultiplied alpha.
in vec3 v_place;

uniform sampler3D u_fog;   // opacity, openness to the sky, light from above, tone; z first
uniform vec3 u_low;        // of the box, in voxels
uniform vec3 u_high;
uniform vec3 u_eye;        // in voxels
uniform float u_step;      // in voxels
uniform float u_strength;  // opacity of one step through full density
uniform vec3 u_colour;
uniform int u_kind;        // 0 that colour, 1 by height, 2 by the tone
uniform vec2 u_rise;
uniform sampler2D u_map;
uniform float u_lift;
uniform vec3 u_sky;
uniform vec3 u_ground;

out vec4 colour;

void main() {
    vec3 ray = normalize(v_place - u_eye);
    vec3 slope = 1.0 / mix(ray, vec3(1e-6), lessThan(abs(ray), vec3(1e-6)));
    vec3 one = (u_low - u_eye) * slope;
    vec3 other = (u_high - u_eye) * slope;
    vec3 first = min(one, other);
    vec3 last = max(one, other);
    float start = max(max(max(first.x, first.y), first.z), 0.0);
    float end = min(min(last.x, last.y), last.z);

    vec3 size = u_high - u_low;
    vec3 place = ((u_eye - u_low + ray * (start + 0.5 * u_step)) / size).zyx;
    vec3 stride = (ray * u_step / size).zyx;
    int steps = min(int((end - start) / u_step), 1024);
    vec3 sum = vec3(0.0);
    float through = 1.0;
    for (int i = 0; i < steps; ++i) {
        vec4 here = texture(u_fog, place);
        if (here.r > 0.01) {
            float covered = through * (1.0 - pow(1.0 - u_strength, here.r));
            vec3 albedo = u_colour;
            if (u_kind != 0) {
                float height = place.x * size.z + u_low.z;
                float tone = u_kind == 2 ? here.a
                    : clamp((height - u_rise.x) / (u_rise.y - u_rise.x), 0.0, 1.0);
                vec3 shown = texture(u_map, vec2(tone * 255.0 / 256.0 + 0.5 / 256.0, 0.5)).rgb;
                albedo = shown * shown;
            }
            vec3 light = mix(u_ground, u_sky, here.b) * (1.25 * here.g)
                       + vec3(1.0, 0.97, 0.92) * (1.15 * here.b * here.g + 0.12);
            sum += covered * mix(albedo, vec3(1.0), u_lift) * light;
            through -= covered;
            if (through < 0.02)
                break;
        }
        place += stride;
    }
    float cover = 1.0 - through;
    colour = cover > 0.0 ? vec4(sqrt(clamp(sum / cover, 0.0, 1.0)) * cover, cover) : vec4(0.0);
}
