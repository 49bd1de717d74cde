// How much of the key light arrives: 0 in the shade to 1. Put before the shaders that ask.
uniform sampler2DShadow u_shadow_map;
uniform float u_texel;  // one texel of the map, times the softness

float lit(vec3 place, float softness) {
    if (any(lessThan(place.xy, vec2(0.0))) || any(greaterThan(place.xy, vec2(1.0))))
        return 1.0;
    float r = u_texel * softness;
    return 0.25 * (texture(u_shadow_map, place + vec3(-0.4 * r, -1.0 * r, 0.0))
                 + texture(u_shadow_map, place + vec3(1.0 * r, -0.4 * r, 0.0))
                 + texture(u_shadow_map, place + vec3(0.4 * r, 1.0 * r, 0.0))
                 + texture(u_shadow_map, place + vec3(-1.0 * r, 0.4 * r, 0.0)));
}
