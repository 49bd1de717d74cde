// One vertex of a smooth surface.
layout(location = 0) in vec3 a_position;
layout(location = 1) in vec3 a_normal;
layout(location = 2) in float a_open;

uniform mat4 u_pose;
uniform mat4 u_camera;
uniform mat4 u_light;

out vec3 v_position;
out vec3 v_normal;
out vec3 v_shadow;
out float v_open;
out vec2 v_cell;
out float v_tone;

void main() {
    vec4 world = u_pose * vec4(a_position, 1.0);
    v_position = world.xyz;
    v_normal = mat3(u_pose) * a_normal;
    v_open = a_open;
    v_cell = vec2(0.5);
    v_tone = tone(a_position - 0.5 * a_normal);
    // ask a little before the surface, or it would shade itself
    v_shadow = (u_light * vec4(world.xyz + 0.012 * normalize(v_normal), 1.0)).xyz;
    gl_Position = u_camera * world;
}
