// A box around a volume: 14 vertices of a strip.
uniform mat4 u_pose;
uniform mat4 u_camera;
uniform vec3 u_low;  // in voxels
uniform vec3 u_high;

out vec3 v_place;

void main() {
    int bit = 1 << gl_VertexID;
    vec3 corner = vec3((0x287a & bit) != 0, (0x02af & bit) != 0, (0x31e3 & bit) != 0);
    v_place = mix(u_low, u_high, corner);
    gl_Position = u_camera * u_pose * vec4(v_place, 1.0);
}
